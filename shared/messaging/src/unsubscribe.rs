//! The link in a mail by which its reader stops mails like it, without signing in.
//!
//! It names the tenant, the user and what is stopped, and is proven by a tag that only the platform can make (HMAC-SHA-256, cut
//! to 16 bytes): nothing of it is stored, the same mail always has the same link, and nobody can make one for somebody else.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use kernel::{Secret, TenantId, UserId};
use ulid::Ulid;

use crate::preferences::MessageGroup;

/// What the key is derived for.
const TAG: &str = "unsubscribe link tag 1";
/// The bytes of a tag, and of each id.
const PART: usize = 16;

/// Makes and reads the links of all tenants.
#[derive(Clone, Debug)]
pub struct UnsubscribeLinks(hmac::Key);

/// What a link stops: mails about these to this user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsubscribeLink {
    /// Of which tenant.
    pub tenant: TenantId,
    /// To which user.
    pub user: UserId,
    /// About what.
    pub from: UnsubscribeFrom,
}

/// What mails are stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsubscribeFrom {
    /// Those about the account.
    Account,
    /// The tenant's own.
    News,
    /// Both, which a digest tells together.
    Digest,
}

impl UnsubscribeFrom {
    /// What a mail about this can be stopped by; nothing stops security and money.
    pub const fn of(group: MessageGroup) -> Option<Self> {
        match group {
            MessageGroup::Security | MessageGroup::Billing => None,
            MessageGroup::Account => Some(Self::Account),
            MessageGroup::News => Some(Self::News),
        }
    }

    /// The groups.
    pub const fn groups(self) -> &'static [MessageGroup] {
        match self {
            Self::Account => &[MessageGroup::Account],
            Self::News => &[MessageGroup::News],
            Self::Digest => &[MessageGroup::Account, MessageGroup::News],
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Account => 1,
            Self::News => 2,
            Self::Digest => 3,
        }
    }

    fn read(byte: u8) -> Option<Self> {
        [Self::Account, Self::News, Self::Digest].into_iter().find(|from| from.byte() == byte)
    }
}

impl UnsubscribeLinks {
    /// The links under a key that is derived for them.
    pub fn new(derive: impl Fn(&str) -> Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, derive(TAG).expose()))
    }

    /// Where mails are stopped; `None` where the public address is not known.
    pub fn url(&self, public_url: &str, link: UnsubscribeLink) -> Option<String> {
        Some(format!("{public_url}/unsubscribe/{}", self.text(link))).filter(|_| !public_url.is_empty())
    }

    /// The link itself, as it stands in the path: 98 characters.
    pub fn text(&self, link: UnsubscribeLink) -> String {
        let names = names(link);
        let bytes = [names.as_slice(), self.tag(&names).as_slice()].concat();
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|half| char::from_digit(half.into(), 16))
            .collect()
    }

    /// What a link names; `None` for any text that [`UnsubscribeLinks::text`] did not make.
    pub fn open(&self, text: &str) -> Option<UnsubscribeLink> {
        let bytes = bytes(text)?;
        let (names, tag) = bytes.split_at_checked(2 * PART + 1).filter(|(_, tag)| tag.len() == PART)?;
        verify_slices_are_equal(&self.tag(names), tag).ok()?;
        let (tenant, rest) = names.split_first_chunk::<PART>()?;
        let (user, from) = rest.split_first_chunk::<PART>()?;
        Some(UnsubscribeLink {
            tenant: TenantId::new(Ulid::from_bytes(*tenant)),
            user: UserId::new(Ulid::from_bytes(*user)),
            from: UnsubscribeFrom::read(*from.first()?)?,
        })
    }

    fn tag(&self, names: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, names).as_ref().iter().take(PART).copied().collect()
    }
}

fn names(UnsubscribeLink { tenant, user, from }: UnsubscribeLink) -> Vec<u8> {
    [tenant.ulid().to_bytes().as_slice(), user.ulid().to_bytes().as_slice(), &[from.byte()]].concat()
}

/// The bytes of lower-case hexadecimal digits: mail programs break and escape other alphabets.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).filter(|_| !b.is_ascii_uppercase());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(seed: u8) -> UnsubscribeLinks {
        UnsubscribeLinks::new(|_| Secret::new([seed; 32]))
    }

    fn link(from: UnsubscribeFrom) -> UnsubscribeLink {
        UnsubscribeLink {
            tenant: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            user: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap(),
            from,
        }
    }

    #[test]
    fn a_link_names_what_it_stops_and_is_the_same_each_time() {
        for from in [UnsubscribeFrom::Account, UnsubscribeFrom::News, UnsubscribeFrom::Digest] {
            let text = links(7).text(link(from));
            assert_eq!((text.len(), links(7).open(&text)), (98, Some(link(from))));
            assert_eq!(links(8).open(&text), None, "another platform's");
        }
        assert_eq!(links(7).url("", link(UnsubscribeFrom::News)), None);
    }

    #[test]
    fn whatever_is_changed_in_a_link_opens_nothing() {
        let text = links(7).text(link(UnsubscribeFrom::News));
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
            assert_eq!(links(7).open(std::str::from_utf8(&changed).unwrap()), None, "{place}");
        }
        for bad in ["", "0", &text[2..], &format!("{text}00"), &text.to_uppercase(), &"é".repeat(49), &"+1".repeat(49)]
        {
            assert_eq!(links(7).open(bad), None, "{bad}");
        }
    }

    #[test]
    fn security_and_money_cannot_be_stopped() {
        for from in [UnsubscribeFrom::Account, UnsubscribeFrom::News, UnsubscribeFrom::Digest] {
            assert!(from.groups().iter().all(|group| UnsubscribeFrom::of(*group).is_some()));
        }
        assert_eq!([MessageGroup::Security, MessageGroup::Billing].map(UnsubscribeFrom::of), [None, None]);
    }
}
