//! The text of an API key: `sk_<env>_<holder>_<secret>_<crc>`, all in base 62, so that a double click selects it whole.
//!
//! The holder is three ULIDs of 22 characters (tenant, key, creator), the secret 256 bits, the check sum a CRC-32 of what
//! stands before it.

use kernel::{ApiKeyId, Secret, TenantId, UserId};
use ulid::Ulid;

/// Which key it is, of which tenant, made by whom: what the text of a key says, so that all that has to be known of it is
/// read at once and in its own tenant's partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// The tenant.
    pub tenant: TenantId,
    /// The key.
    pub key: ApiKeyId,
    /// Who made it.
    pub creator: UserId,
}

/// What every key begins with.
pub(crate) const PREFIX: &str = "sk_";

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// How many digits 128 and 32 bits take.
const WIDE: usize = 22;
const NARROW: usize = 6;

/// The text of a key.
pub(crate) fn write(environment: &str, holder: KeyHolder, random: [u8; 32]) -> Secret<String> {
    let holder = [holder.tenant.ulid(), holder.key.ulid(), holder.creator.ulid()].map(|ulid| digits(ulid.0, WIDE));
    let secret = random.as_chunks::<16>().0.iter().map(|half| digits(u128::from_be_bytes(*half), WIDE));
    let body = format!("{PREFIX}{environment}_{}_{}", holder.concat(), secret.collect::<String>());
    let sum = check_sum(&body);
    Secret::new(format!("{body}_{sum}"))
}

/// Whose key a text says it is; `None` for every text that [`write`] does not make in this environment.
pub(crate) fn read(environment: &str, text: &str) -> Option<KeyHolder> {
    let (body, sum) = text.rsplit_once('_')?;
    let rest = body.strip_prefix(PREFIX)?.strip_prefix(environment)?.strip_prefix('_')?;
    let (holder, secret) = rest.split_once('_')?;
    let is_secret = secret.len() == 2 * WIDE && secret.bytes().all(|digit| DIGITS.contains(&digit));
    if !is_secret || holder.len() != 3 * WIDE || !holder.is_ascii() || check_sum(body) != sum {
        return None;
    }
    let (tenant, rest) = holder.split_at_checked(WIDE)?;
    let (key, creator) = rest.split_at_checked(WIDE)?;
    Some(KeyHolder {
        tenant: TenantId::new(Ulid(number(tenant)?)),
        key: ApiKeyId::new(Ulid(number(key)?)),
        creator: UserId::new(Ulid(number(creator)?)),
    })
}

fn check_sum(body: &str) -> String {
    digits(crc32fast::hash(body.as_bytes()).into(), NARROW)
}

/// A number in base 62, with zeros in front.
fn digits(mut number: u128, width: usize) -> String {
    let mut text = vec!['0'; width];
    for place in text.iter_mut().rev() {
        // The remainder is below 62.
        let digit = usize::try_from(number % 62).unwrap_or(0);
        *place = DIGITS.get(digit).copied().map_or('0', char::from);
        number /= 62;
    }
    text.into_iter().collect()
}

fn number(text: &str) -> Option<u128> {
    text.bytes().try_fold(0_u128, |number, byte| {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        number.checked_mul(62)?.checked_add(u128::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holder(tenant: u128, key: u128, creator: u128) -> KeyHolder {
        KeyHolder {
            tenant: TenantId::new(Ulid(tenant)),
            key: ApiKeyId::new(Ulid(key)),
            creator: UserId::new(Ulid(creator)),
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_one_wrong_character_is_seen(
            (tenant, key, creator) in (any::<u128>(), any::<u128>(), any::<u128>()), random in any::<[u8; 32]>(),
            at in 0_usize..126, with in "[0-9A-Za-z_]",
        ) {
            let text = write("test", holder(tenant, key, creator), random);
            prop_assert_eq!(text.expose().len(), 126);
            prop_assert_eq!(read("test", text.expose()), Some(holder(tenant, key, creator)));
            let mut typo = text.expose().clone();
            typo.replace_range(at..=at, &with);
            prop_assert_eq!(read("test", &typo).is_some(), typo == *text.expose());
        }

        #[test]
        fn no_text_is_a_surprise(text in "(sk_)?(test_)?\\PC{0,140}") {
            prop_assert_eq!(read("test", &text), None);
        }
    }

    #[test]
    fn the_form_is_fixed() {
        let text = write("live", holder(0, 1, u128::MAX), [0; 32]);
        let holder = "0000000000000000000000".to_owned() + "0000000000000000000001" + "7n42DGM5Tflk9n8mt7Fhc7";
        let secret = "0".repeat(44);
        assert_eq!(
            text.expose(),
            &format!("sk_live_{holder}_{secret}_{}", check_sum(&format!("sk_live_{holder}_{secret}")))
        );
        assert_eq!(read("test", text.expose()), None);
    }

    #[test]
    fn a_number_too_large_for_its_place_is_none() {
        assert_eq!(number("7n42DGM5Tflk9n8mt7Fhc7"), Some(u128::MAX));
        for bad in ["7n42DGM5Tflk9n8mt7Fhc8", "zzzzzzzzzzzzzzzzzzzzzz", "7n42DGM5Tflk9n8mt7Fh-7"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }
}
