//! Passwords that came with their users from another system, hashed by bcrypt.
//!
//! They are checked at logins for a limited time only, and replaced by argon2id at the first login. While a tenant has
//! any, every one of its logins does the same bcrypt work, so that the time tells nobody who was imported.

use aws_lc_rs::constant_time;
use base64::{
    Engine, alphabet,
    engine::{GeneralPurpose, general_purpose},
};
use bcrypt::bcrypt;
use kernel::{Fault, FaultKind, Timestamp};

/// Whether hashes of another system count at a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imports {
    /// They do: the tenant imported users not long ago.
    Accepted,
    /// They do not, and no time is spent on them.
    Ignored,
}

impl Imports {
    /// What holds at `now` for a tenant whose imported passwords work until `until`.
    pub fn until(until: Option<Timestamp>, now: Timestamp) -> Self {
        if until.is_some_and(|until| now < until) { Self::Accepted } else { Self::Ignored }
    }
}

/// The text is no bcrypt hash of a cost that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use a bcrypt hash of cost 10 to 12: $2a$, $2b$ or $2y$, 60 characters")]
pub struct ImportedHashError;

impl Fault for ImportedHashError {
    fn kind(&self) -> FaultKind {
        FaultKind::Invalid
    }

    fn code(&self) -> &'static str {
        "INVALID_PASSWORD_HASH"
    }

    fn is_final(&self) -> bool {
        true
    }
}

/// The most that is taken; less is filled up to it.
const MAX_COST: u32 = 12;
const MIN_COST: u32 = 10;
/// What bcrypt looks at: 71 bytes and an end, or 72.
pub(crate) const MAX_BYTES: usize = 72;
/// Its own output is 24 bytes, of which every implementation keeps 23.
const KEPT_BYTES: usize = 23;

/// A bcrypt hash that was taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bcrypt {
    cost: u32,
    salt: [u8; 16],
    hash: [u8; KEPT_BYTES],
}

impl Bcrypt {
    pub(crate) fn parse(text: &str) -> Result<Self, ImportedHashError> {
        let versions = ["$2a$", "$2b$", "$2y$"];
        let rest = versions.iter().find_map(|version| text.strip_prefix(version)).ok_or(ImportedHashError)?;
        let (cost, encoded) = rest.split_once('$').ok_or(ImportedHashError)?;
        let (salt, hash) = encoded.split_at_checked(SALT_CHARACTERS).ok_or(ImportedHashError)?;
        let costs = MIN_COST..=MAX_COST;
        let cost = costs.into_iter().find(|known| known.to_string() == cost).ok_or(ImportedHashError)?;
        let (salt, hash) = (ENCODING.decode(salt), ENCODING.decode(hash));
        let salt = salt.ok().and_then(|salt| salt.try_into().ok()).ok_or(ImportedHashError)?;
        let hash = hash.ok().and_then(|hash| hash.try_into().ok()).ok_or(ImportedHashError)?;
        Ok(Self { cost, salt, hash })
    }
}

/// Some systems leave random bits behind the last byte of a salt; nobody looks at them.
const ENCODING: GeneralPurpose =
    GeneralPurpose::new(&alphabet::BCRYPT, general_purpose::NO_PAD.with_decode_allow_trailing_bits(true));
const SALT_CHARACTERS: usize = 22;

/// What bcrypt looks at of a password.
pub(crate) fn key_of(password: &[u8]) -> &[u8] {
    password.get(..MAX_BYTES).unwrap_or(password)
}

/// Whether the password is the one that was hashed: always the work of one hash of cost 12. A cheaper hash is filled up
/// by others of its cost and the costs above, which add up to it: 2^c + 2^c + 2^(c+1) + … + 2^11 = 2^12. Takes a quarter
/// of a second of one core.
pub(crate) fn matches(password: &[u8], stored: Option<&Bcrypt>) -> bool {
    let key: Vec<u8> = password.iter().copied().chain([0]).take(MAX_BYTES).collect();
    let nobody = Bcrypt { cost: MAX_COST, salt: [0; 16], hash: [0; KEPT_BYTES] };
    let looked_at = stored.unwrap_or(&nobody);
    let computed = bcrypt(looked_at.cost, looked_at.salt, &key);
    for cost in looked_at.cost..MAX_COST {
        std::hint::black_box(bcrypt(cost, looked_at.salt, &key));
    }
    let computed = computed.get(..KEPT_BYTES).unwrap_or_default();
    constant_time::verify_slices_are_equal(computed, &looked_at.hash).is_ok() && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_hash_of_every_version_and_cost() {
        for cost in [10, 11, 12] {
            let hash = bcrypt::hash_with_salt("kata sandi lama", cost, [7; 16]).unwrap();
            for version in [bcrypt::Version::TwoA, bcrypt::Version::TwoB, bcrypt::Version::TwoY] {
                let text = hash.format_for_version(version);
                assert_eq!(Bcrypt::parse(&text).unwrap().cost, cost, "{text}");
            }
            let stored = Bcrypt::parse(&hash.to_string()).unwrap();
            assert!(matches(b"kata sandi lama", Some(&stored)), "{cost}");
            assert!(!matches(b"kata sandi baru", Some(&stored)), "{cost}");
        }
        assert!(!matches(b"", None));
    }

    #[test]
    fn hashes_of_other_systems_are_known() {
        // jBCrypt's and PHP's own examples, of the costs that are taken.
        for (password, text) in [
            ("abcdefghijklmnopqrstuvwxyz", "$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq"),
            ("rasmuslerdorf", "$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a"),
        ] {
            assert!(matches(password.as_bytes(), Some(&Bcrypt::parse(text).unwrap())), "{text}");
        }
    }

    #[test]
    fn only_what_can_be_checked_is_taken() {
        let good = "$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq";
        for bad in [
            "",
            "x",
            &good[..59],
            &format!("{good}x"),
            &good.replace("$2a$", "$2x$"),
            &good.replace("$10$", "$09$"),
            &good.replace("$10$", "$13$"),
            &good.replace("$10$", "$31$"),
            &good.replace('f', "é"),
            "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAA",
        ] {
            assert_eq!(Bcrypt::parse(bad).map(drop), Err(ImportedHashError), "{bad}");
        }
    }

    #[test]
    fn imports_count_until_the_instant() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let until = Some(at("2026-12-01T00:00:00Z"));
        assert_eq!(Imports::until(until, at("2026-11-30T23:59:59.999Z")), Imports::Accepted);
        assert_eq!(Imports::until(until, at("2026-12-01T00:00:00Z")), Imports::Ignored);
        assert_eq!(Imports::until(None, at("2026-12-01T00:00:00Z")), Imports::Ignored);
    }
}
