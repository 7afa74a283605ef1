//! Proving a phone number by a code. The code is made of what the user's row holds (a nonce) and a key that only the
//! platform has: it can be made again when the message is sent, and stands in no row, event or queue.

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use kernel::{Fault, FaultKind, Phone, Secret, Timestamp};

use crate::{CodeOwner, PhoneCheck, User};

/// How long a code works.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// How many codes may be tried.
const TRIES: u8 = 5;
/// Six digits.
const CODES: u32 = 1_000_000;

/// The code is wrong, too old or tried too often, or none was asked for: one answer for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this code is not valid, or not any more; check it, or ask for a new one")]
pub struct PhoneCheckError;

impl Fault for PhoneCheckError {
    fn kind(&self) -> FaultKind {
        FaultKind::Malformed
    }

    fn code(&self) -> &'static str {
        "INVALID_OR_EXPIRED_CODE"
    }

    fn is_final(&self) -> bool {
        false
    }
}

impl PhoneCheck {
    /// A number that waits for its code.
    pub fn new(number: Phone, nonce: [u8; 16], now: Timestamp) -> Self {
        Self { number, nonce: URL_SAFE_NO_PAD.encode(nonce), expires_at: now.plus(LIFETIME), tries: 0 }
    }

    /// A number that somebody gave without asking for a code: none is sent, and none is the right one.
    pub const fn unasked(number: Phone, now: Timestamp) -> Self {
        Self { number, nonce: String::new(), expires_at: now, tries: TRIES }
    }

    /// Whether a code was asked for.
    pub const fn was_asked(&self) -> bool {
        !self.nonce.is_empty()
    }

    /// Whether a code may be tried.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.tries < TRIES
    }
}

impl User {
    /// The user with a number to prove; a code for another one is void.
    pub fn with_phone_check(self, check: PhoneCheck) -> Self {
        Self { phone_check: Some(check), version: self.version + 1, ..self }
    }

    /// The user with one more try counted. To be stored before the code is looked at.
    ///
    /// # Errors
    /// There is no code to try.
    pub fn with_phone_try(self, now: Timestamp) -> Result<Self, PhoneCheckError> {
        let check = self.phone_check.clone().filter(|check| check.is_open(now)).ok_or(PhoneCheckError)?;
        let check = PhoneCheck { tries: check.tries + 1, ..check };
        Ok(Self { phone_check: Some(check), version: self.version + 1, ..self })
    }

    /// The user with the number of `check` proven.
    ///
    /// # Errors
    /// Another check took its place, or it was used.
    pub fn with_proven_phone(self, check: &PhoneCheck) -> Result<Self, PhoneCheckError> {
        let same = self.phone_check.as_ref().is_some_and(|open| open.nonce == check.nonce);
        if !same {
            return Err(PhoneCheckError);
        }
        Ok(Self { phone: Some(check.number.clone()), phone_check: None, version: self.version + 1, ..self })
    }
}

/// Makes and compares codes.
#[derive(Clone)]
pub struct PhoneKeys(hmac::Key);

impl PhoneKeys {
    /// The label of its key among the platform's; another number is another key.
    pub const LABEL: &str = "phone codes 1";

    /// With the platform's key for codes.
    pub const fn new(key: hmac::Key) -> Self {
        Self(key)
    }

    /// The code of a check, six digits.
    pub fn code(&self, owner: CodeOwner, check: &PhoneCheck) -> Secret<String> {
        let number = (0_u32..).find_map(|round| fair(self.tag(owner, check, round).as_ref()));
        Secret::new(format!("{:06}", number.unwrap_or_default()))
    }

    /// Compares a code in constant time.
    ///
    /// # Errors
    /// It is another one.
    pub fn compare(&self, owner: CodeOwner, check: &PhoneCheck, typed: &Secret<String>) -> Result<(), PhoneCheckError> {
        let expected = self.code(owner, check);
        constant_time::verify_slices_are_equal(expected.expose().as_bytes(), typed.expose().trim().as_bytes())
            .map_err(|_| PhoneCheckError)
    }

    fn tag(&self, owner: CodeOwner, check: &PhoneCheck, round: u32) -> hmac::Tag {
        let (number, nonce) = (check.number.as_str(), &check.nonce);
        let message = format!("{}\n{}\n{number}\n{nonce}\n{round}", owner.tenant, owner.user);
        hmac::sign(&self.0, message.as_bytes())
    }
}

/// A number below a million, each as likely as any other: of the 32-bit words the first that is below the greatest
/// multiple of a million.
fn fair(bytes: &[u8]) -> Option<u32> {
    let bound = u32::MAX - u32::MAX % CODES;
    let mut words = bytes.chunks_exact(4).filter_map(|word| word.try_into().ok().map(u32::from_be_bytes));
    words.find(|word| *word < bound).map(|word| word % CODES)
}

#[cfg(test)]
mod tests {
    use kernel::{TenantId, UserId};
    use ulid::Ulid;

    use super::*;

    fn check(nonce: u8) -> PhoneCheck {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        PhoneCheck::new("+6281234567890".parse().unwrap(), [nonce; 16], now)
    }

    #[test]
    fn a_code_is_that_of_its_user_number_and_nonce() {
        let keys = PhoneKeys::new(hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]));
        let owner = CodeOwner { tenant: TenantId::new(Ulid(1)), user: UserId::new(Ulid(2)) };
        let code = keys.code(owner, &check(7));
        assert!(code.expose().len() == 6 && code.expose().bytes().all(|b| b.is_ascii_digit()));
        assert_eq!(keys.compare(owner, &check(7), &code), Ok(()));
        assert_eq!(keys.compare(owner, &check(8), &code), Err(PhoneCheckError));
        let stranger = CodeOwner { user: UserId::new(Ulid(3)), ..owner };
        assert_eq!(keys.compare(stranger, &check(7), &code), Err(PhoneCheckError));
        let other = PhoneCheck { number: "+6281234567891".parse().unwrap(), ..check(7) };
        assert_eq!(keys.compare(owner, &other, &code), Err(PhoneCheckError));
        for wrong in ["", "000000", &format!("{}0", code.expose())] {
            assert!(keys.compare(owner, &check(7), &Secret::new((*wrong).to_owned())).is_err(), "{wrong}");
        }
    }

    #[test]
    fn words_that_would_favour_small_numbers_are_passed_over() {
        assert_eq!(fair(&4_293_999_999_u32.to_be_bytes()), Some(999_999));
        assert_eq!(fair(&4_294_000_000_u32.to_be_bytes()), None);
        let both = [u32::MAX.to_be_bytes(), 1_000_001_u32.to_be_bytes()].concat();
        assert_eq!(fair(&both), Some(1));
    }

    #[test]
    fn a_check_is_open_for_ten_minutes_and_five_tries() {
        let at = |text: &str| text.parse().unwrap();
        assert!(check(7).is_open(at("2026-11-21T00:09:59.999Z")));
        assert!(!check(7).is_open(at("2026-11-21T00:10:00Z")));
        assert!(!PhoneCheck { tries: 5, ..check(7) }.is_open(at("2026-11-21T00:00:00Z")));
        let unasked = PhoneCheck::unasked(check(7).number, at("2026-11-21T00:00:00Z"));
        assert!(!unasked.is_open(at("2026-11-21T00:00:00Z")) && !unasked.is_open(at("2026-11-20T00:00:00Z")));
    }
}
