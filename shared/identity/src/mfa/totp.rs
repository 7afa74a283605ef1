//! The second factor: time-based codes by RFC 6238, and recovery codes for the day on which the phone is lost.
//!
//! The shared secret is sealed under a key of the platform and bound to its user: in another user's row it does not
//! open. Of recovery codes only keyed hashes are kept.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Fault, FaultKind, Seal, Secret, TenantId, Timestamp, UserId};
use totp_rs::{Algorithm, Builder};
use zeroize::Zeroizing;

use crate::{Totp, User};

/// How many recovery codes there are at a time.
pub const RECOVERY_CODES: usize = 10;

/// SHA-1, six digits, 30 seconds: what every authenticator app knows.
const DIGITS: u8 = 6;
const STEP_SECONDS: u64 = 30;
/// How many steps before and after the present one are taken, for clocks that are not quite right.
const SKEW: u16 = 1;
const RECOVERY_LETTERS: usize = 10;
/// Without i, l, o and u: none is taken for another, and no words arise.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why something cannot be done with a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MfaError {
    /// The password was right, and a code is needed too.
    #[error("enter the code of your authenticator app, or a recovery code, as mfaCode")]
    Required,
    /// Wrong, used, or no code at all.
    #[error("this code is wrong or was used before; wait for the next one")]
    InvalidCode,
    /// There is a confirmed factor.
    #[error("a second factor is set up already; sign in with it, or remove it first")]
    AlreadyEnabled,
    /// There is no factor, or none that was confirmed.
    #[error("no second factor is set up; begin with POST /api/v1/auth/mfa/totp")]
    NotEnabled,
    /// The tenant's policy demands a factor of this user.
    #[error("your organisation demands a second factor; it cannot be removed")]
    Demanded,
    /// Too many wrong codes.
    #[error(
        "too many wrong codes; wait {}, or ask an administrator to unlock your account",
        crate::passwords::login::seconds(*retry_after_seconds)
    )]
    TooManyTries {
        /// How long to wait.
        retry_after_seconds: i64,
    },
    /// The stored secret does not open, or the platform's key does not seal.
    #[error("the stored second factor cannot be read")]
    Unreadable,
}

impl Fault for MfaError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Required | Self::InvalidCode => FaultKind::Unauthenticated,
            Self::AlreadyEnabled | Self::NotEnabled => FaultKind::Conflict,
            Self::Demanded => FaultKind::Forbidden,
            Self::TooManyTries { .. } => FaultKind::RateLimited,
            Self::Unreadable => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Required => "MFA_REQUIRED",
            Self::InvalidCode => "INVALID_MFA_CODE",
            Self::AlreadyEnabled => "MFA_ALREADY_ENABLED",
            Self::NotEnabled => "MFA_NOT_ENABLED",
            Self::Demanded => "MFA_DEMANDED",
            Self::TooManyTries { .. } => "RATE_LIMITED",
            Self::Unreadable => "INTERNAL",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::AlreadyEnabled | Self::NotEnabled => true,
            Self::Required | Self::InvalidCode | Self::Demanded | Self::TooManyTries { .. } | Self::Unreadable => false,
        }
    }
}

/// What a user typed: a code of the app, or a recovery code.
#[derive(Clone, Debug)]
pub enum MfaCode {
    /// Six digits.
    Timed(Secret<String>),
    /// Ten letters and digits, in their one spelling.
    Recovery(Secret<String>),
}

impl MfaCode {
    /// Reads a code. Spaces and hyphens are for the eye; of recovery codes the case does not count.
    ///
    /// # Errors
    /// `InvalidCode`: such a text can be no code, so it need not be counted.
    pub fn parse(text: &Secret<String>) -> Result<Self, MfaError> {
        if text.expose().len() > 40 {
            return Err(MfaError::InvalidCode);
        }
        let code: String = text.expose().chars().filter(|c| *c != ' ' && *c != '-').collect();
        if code.len() == usize::from(DIGITS) && code.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self::Timed(Secret::new(code)));
        }
        let code = code.to_ascii_lowercase().replace('o', "0").replace(['i', 'l'], "1");
        let well_formed = code.len() == RECOVERY_LETTERS && code.bytes().all(|b| ALPHABET.contains(&b));
        if well_formed { Ok(Self::Recovery(Secret::new(code))) } else { Err(MfaError::InvalidCode) }
    }
}

/// Recovery codes of 50 bits each, such as `7k2mq-x04tz`, each of its own randomness.
pub fn recovery_codes(random: &[[u8; RECOVERY_LETTERS]; RECOVERY_CODES]) -> Vec<String> {
    let code = |bytes: &[u8; RECOVERY_LETTERS]| {
        let mut code = String::with_capacity(RECOVERY_LETTERS + 1);
        for (place, byte) in bytes.iter().enumerate() {
            if place == RECOVERY_LETTERS / 2 {
                code.push('-');
            }
            // 32 letters: five bits of a random byte choose each alike.
            code.extend(ALPHABET.get(usize::from(byte & 31)).map(|letter| char::from(*letter)));
        }
        code
    };
    random.iter().map(code).collect()
}

/// Whose factor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeOwner {
    /// The tenant.
    pub tenant: TenantId,
    /// The user.
    pub user: UserId,
}

/// What an app needs to know of a new factor; shown once.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The shared secret in base32, to be typed.
    pub secret: Secret<String>,
    /// `otpauth://totp/…`, to be scanned.
    pub url: Secret<String>,
}

/// Seals and opens secrets, and knows codes.
#[derive(Clone)]
pub struct SecondFactorKeys {
    seal: Secret<[u8; 32]>,
    recovery: hmac::Key,
}

impl SecondFactorKeys {
    /// With the platform's keys for sealed secrets and for recovery codes.
    pub const fn new(seal: Secret<[u8; 32]>, recovery: hmac::Key) -> Self {
        Self { seal, recovery }
    }

    /// What an app needs to know of a secret, under the tenant's name and the user's address.
    ///
    /// # Errors
    /// `Unreadable`: never for a secret of 20 bytes.
    pub fn enrolment(secret: &[u8; 20], issuer: &str, account: &str) -> Result<Enrolment, MfaError> {
        // A colon parts the issuer from the account in the URL.
        let builder = builder(secret).with_issuer(Some(issuer.replace(':', " "))).with_account_name(account);
        let totp = builder.build().map_err(|_| MfaError::Unreadable)?;
        let url = totp.to_url().map_err(|_| MfaError::Unreadable)?;
        Ok(Enrolment { secret: Secret::new(totp.secret().to_base32()), url: Secret::new(url) })
    }

    /// A secret as the row of its owner keeps it.
    ///
    /// # Errors
    /// `Unreadable`: the platform's key does not seal.
    pub fn seal(&self, owner: CodeOwner, secret: &[u8; 20]) -> Result<String, MfaError> {
        let sealed = self.seal_of_secrets()?.close(secret.to_vec(), binding(owner));
        Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(|_| MfaError::Unreadable)?))
    }

    /// The time step whose code this is, if it is that of the present one or of one beside it. Whether it was taken
    /// before is for the caller to ask.
    ///
    /// # Errors
    /// `Unreadable`: the secret is not this owner's.
    pub fn step_of(
        &self,
        owner: CodeOwner,
        totp: &Totp,
        code: &Secret<String>,
        now: Timestamp,
    ) -> Result<Option<u64>, MfaError> {
        let secret = self.open(owner, &totp.secret)?;
        let checker = builder(&secret).build().map_err(|_| MfaError::Unreadable)?;
        let seconds = u64::try_from(now.as_seconds()).map_err(|_| MfaError::Unreadable)?;
        Ok(checker.check(code.expose(), seconds))
    }

    /// What is kept of a recovery code; the same for each of its spellings.
    pub fn recovery_hash(&self, owner: CodeOwner, code: &Secret<String>) -> String {
        let letters: String = code.expose().chars().filter(|c| *c != '-').collect();
        let message = format!("{}\n{}\n{letters}", owner.tenant, owner.user);
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.recovery, message.as_bytes()))
    }

    fn open(&self, owner: CodeOwner, sealed: &str) -> Result<Zeroizing<Vec<u8>>, MfaError> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| MfaError::Unreadable)?;
        self.seal_of_secrets()?.open(&sealed, binding(owner)).ok_or(MfaError::Unreadable)
    }

    fn seal_of_secrets(&self) -> Result<Seal, MfaError> {
        Seal::new(&self.seal).map_err(|_| MfaError::Unreadable)
    }
}

/// Tenant, user and field: a sealed secret opens nowhere else.
fn binding(owner: CodeOwner) -> String {
    format!("{}\n{}\ntotp.secret", owner.tenant, owner.user)
}

fn builder(secret: &[u8]) -> Builder {
    let secret = totp_rs::Secret::new(secret.into());
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(DIGITS).with_skew(SKEW);
    builder.with_step_duration(STEP_SECONDS).with_secret(secret)
}

impl User {
    /// The factor that logins ask for.
    ///
    /// # Errors
    /// `NotEnabled`.
    pub fn second_factor(&self) -> Result<&Totp, MfaError> {
        self.totp.as_ref().filter(|totp| totp.confirmed_at.is_some()).ok_or(MfaError::NotEnabled)
    }

    /// The user with a factor that has yet to be confirmed, in place of one that never was.
    ///
    /// # Errors
    /// `AlreadyEnabled`.
    pub fn with_unconfirmed_factor(self, sealed: String) -> Result<Self, MfaError> {
        if self.has_second_factor() {
            return Err(MfaError::AlreadyEnabled);
        }
        let totp = Totp { secret: sealed, confirmed_at: None, recovery: Vec::new() };
        Ok(Self { totp: Some(totp), version: self.version + 1, ..self })
    }

    /// The factor that waits for its first code.
    ///
    /// # Errors
    /// `AlreadyEnabled`, `NotEnabled`.
    pub fn unconfirmed_factor(&self) -> Result<&Totp, MfaError> {
        let totp = self.totp.as_ref().ok_or(MfaError::NotEnabled)?;
        if totp.confirmed_at.is_some() { Err(MfaError::AlreadyEnabled) } else { Ok(totp) }
    }

    /// The user with the waiting factor confirmed, and the hashes of its recovery codes.
    ///
    /// # Errors
    /// As [`User::unconfirmed_factor`].
    pub fn with_confirmed_factor(self, recovery: Vec<String>, now: Timestamp) -> Result<Self, MfaError> {
        let totp = Totp { confirmed_at: Some(now), recovery, ..self.unconfirmed_factor()?.clone() };
        Ok(Self { totp: Some(totp), version: self.version + 1, ..self })
    }

    /// The user with other recovery codes; those before are void.
    ///
    /// # Errors
    /// `NotEnabled`.
    pub fn with_recovery_codes(self, recovery: Vec<String>) -> Result<Self, MfaError> {
        let totp = Totp { recovery, ..self.second_factor()?.clone() };
        Ok(Self { totp: Some(totp), version: self.version + 1, ..self })
    }

    /// The user with a recovery code used up.
    ///
    /// # Errors
    /// `InvalidCode`: it is not one of those that are left.
    pub fn without_recovery_code(self, hash: &str) -> Result<Self, MfaError> {
        let mut totp = self.second_factor()?.clone();
        let before = totp.recovery.len();
        totp.recovery.retain(|left| left != hash);
        if totp.recovery.len() == before {
            return Err(MfaError::InvalidCode);
        }
        Ok(Self { totp: Some(totp), version: self.version + 1, ..self })
    }

    /// The user without a second factor.
    ///
    /// # Errors
    /// `NotEnabled`.
    pub fn without_factor(self) -> Result<Self, MfaError> {
        self.second_factor()?;
        Ok(Self { totp: None, version: self.version + 1, ..self })
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    const SECRET: &[u8; 20] = b"12345678901234567890";

    fn keys() -> SecondFactorKeys {
        SecondFactorKeys::new(Secret::new([1; 32]), hmac::Key::new(hmac::HMAC_SHA256, &[2; 32]))
    }

    fn owner(tenant: u128, user: u128) -> CodeOwner {
        CodeOwner { tenant: TenantId::new(Ulid(tenant)), user: UserId::new(Ulid(user)) }
    }

    fn factor(owner: CodeOwner) -> Totp {
        Totp { secret: keys().seal(owner, SECRET).unwrap(), confirmed_at: None, recovery: Vec::new() }
    }

    fn step(code: &str, seconds: i64) -> Option<u64> {
        let (owner, now) = (owner(1, 2), Timestamp::from_millis(seconds * 1000).unwrap());
        keys().step_of(owner, &factor(owner), &Secret::new(code.to_owned()), now).unwrap()
    }

    /// RFC 6238, appendix B, for SHA-1; its eight digits end in our six.
    #[test]
    fn the_vectors_of_the_rfc_hold() {
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let step_number = u64::try_from(seconds / 30).unwrap();
            assert_eq!(step(&code[2..], seconds), Some(step_number), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late() {
        let code = "050471";
        let begin = 1_111_111_111 / 30 * 30;
        for (seconds, taken) in [(-31, false), (-30, true), (0, true), (29, true), (59, true), (60, false)] {
            assert_eq!(step(code, begin + seconds).is_some(), taken, "{seconds}");
        }
        assert_eq!(step("050472", begin), None);
    }

    #[test]
    fn a_sealed_secret_opens_for_its_owner_alone() {
        let ours = factor(owner(1, 2));
        let code = Secret::new("050471".to_owned());
        let now = Timestamp::from_millis(1_111_111_111_000).unwrap();
        assert!(keys().step_of(owner(1, 2), &ours, &code, now).unwrap().is_some());
        for other in [owner(1, 3), owner(2, 2), owner(2, 1)] {
            assert_eq!(keys().step_of(other, &ours, &code, now), Err(MfaError::Unreadable), "{other:?}");
        }
        let mut changed = ours.clone();
        changed.secret.replace_range(20..21, if &ours.secret[20..21] == "A" { "B" } else { "A" });
        for secret in [changed.secret, String::new(), "%".to_owned(), "AAAA".to_owned()] {
            let totp = Totp { secret, ..ours.clone() };
            assert_eq!(keys().step_of(owner(1, 2), &totp, &code, now), Err(MfaError::Unreadable));
        }
        assert_ne!(ours.secret, factor(owner(1, 2)).secret, "sealed anew each time");
    }

    #[test]
    fn what_a_row_keeps_since_long_ago_opens() {
        // Made by Python's `cryptography`, with the nonce of the bytes 0 to 11.
        let secret = "AAECAwQFBgcICQoLipSmEhXIMUHHWtb2E139lZn-UjrEwrmMbx1TTHZOJBzX0UQF".to_owned();
        let totp = Totp { secret, confirmed_at: None, recovery: Vec::new() };
        let now = Timestamp::from_millis(1_111_111_111_000).unwrap();
        assert!(keys().step_of(owner(1, 2), &totp, &Secret::new("050471".to_owned()), now).unwrap().is_some());
    }

    #[test]
    fn an_app_can_read_the_url() {
        let made = SecondFactorKeys::enrolment(SECRET, "Toko: A & B", "budi@example.com").unwrap();
        assert_eq!(made.secret.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let read = totp_rs::Totp::from_url(made.url.expose()).unwrap();
        assert_eq!((read.issuer(), read.account_name()), (Some("Toko  A & B"), "budi@example.com"));
        assert_eq!((read.digits(), read.step(), read.secret().as_bytes()), (6, 30, SECRET.as_slice()));
    }

    #[test]
    fn recovery_codes_are_read_in_any_spelling_and_kept_as_hashes() {
        let mut random = [[0; RECOVERY_LETTERS]; RECOVERY_CODES];
        for (number, bytes) in random.iter_mut().enumerate() {
            *bytes = [0, 1, 10, 21, 22, 31, 32, 33, 255, u8::try_from(number).unwrap()];
        }
        let codes = recovery_codes(&random);
        assert_eq!((codes.len(), codes[2].as_str()), (10, "01anp-z01z2"));
        let hash = |text: &str| match MfaCode::parse(&Secret::new(text.to_owned())) {
            Ok(MfaCode::Recovery(code)) => keys().recovery_hash(owner(1, 2), &code),
            other => panic!("{other:?}"),
        };
        let kept = keys().recovery_hash(owner(1, 2), &Secret::new(codes[2].clone()));
        for same in ["01anp-z01z2", "01ANPZ01Z2", " oianp zolz2 "] {
            assert_eq!(hash(same), kept, "{same}");
        }
        assert_ne!(hash("01anp-z01z3"), kept);
        assert_ne!(keys().recovery_hash(owner(1, 3), &Secret::new(codes[2].clone())), kept, "another user's");
        for none in ["", "12345", "1234567", "12345678901", "abcde-fghu0", "１２３４５６", &"1".repeat(100_000)] {
            assert!(MfaCode::parse(&Secret::new((*none).to_owned())).is_err(), "{none}");
        }
        assert!(matches!(MfaCode::parse(&Secret::new("123 456".to_owned())), Ok(MfaCode::Timed(_))));
    }
}
