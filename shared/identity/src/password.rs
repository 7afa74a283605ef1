//! Passwords: what is accepted, and argon2id with a pepper (facts/security.md §2.1, §2.2).

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash as Phc},
};
use kernel::{Fault, Kind, Secret};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// A password that somebody typed, normalised to NFKC so that one spelling has one hash.
#[derive(Clone, Debug)]
pub struct Password(Secret<String>);

/// Why a password cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("use {min_length} to 128 characters")]
    Length {
        /// The fewest characters, by the tenant's policy.
        min_length: u16,
    },
    /// Among the first that an attacker tries.
    #[error("this password is too easy to guess; choose another")]
    Common,
}

impl Fault for PasswordError {
    fn kind(&self) -> Kind {
        match self {
            Self::Length { .. } | Self::Common => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "PASSWORD_LENGTH",
            Self::Common => "PASSWORD_TOO_COMMON",
        }
    }
}

/// What a chosen password must be, beside hard to guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordRules {
    /// The fewest characters: 8 to 128, by the tenant's policy.
    pub min_length: u16,
    /// What an attacker tries first for this user: the tenant's name, the address, the username.
    pub context: Vec<String>,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { min_length: 12, context: Vec::new() }
    }
}

/// The hash could not be computed: there is no memory for it, or the process is stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashError;

impl Fault for HashError {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }

    fn code(&self) -> &'static str {
        "UNAVAILABLE"
    }
}

/// The longest text that is hashed at all, in bytes: a bound on work, far above the longest password.
const MAX_BYTES: usize = 1024;

/// Long enough for the length rule and yet guessed first.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "1234567890123456",
    "abcdefghijkl",
    "administrator",
    "administrator1",
    "iloveyouiloveyou",
    "letmeinletmein",
    "passwordpassword",
    "password1234",
    "password12345",
    "password123456",
    "password123456789",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdf",
    "qwertyuiopasdfgh",
    "welcome12345",
    "welcomewelcome",
    "indonesia123",
    "indonesia1234",
    "bismillah123",
    "bismillah1234",
    "rahasia12345",
    "sayangsayang",
    "adminadmin12",
    "changeme1234",
    "changemechangeme",
    "football1234",
    "superman1234",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "zaq12wsxcde3",
];

impl Password {
    /// Any text, as typed at a login.
    pub fn typed(text: &Secret<String>) -> Self {
        let kept: String = text.expose().nfkc().collect();
        // Longer texts cannot be anybody's password; hashing an empty one costs the same and never matches.
        Self(Secret::new(if kept.len() > MAX_BYTES { String::new() } else { kept }))
    }

    /// A text that may become a password.
    ///
    /// # Errors
    /// `Length`, `Common`.
    pub fn choose(text: &Secret<String>, rules: &PasswordRules) -> Result<Self, PasswordError> {
        let typed = Self::typed(text);
        if !(usize::from(rules.min_length)..=128).contains(&typed.0.expose().chars().count()) {
            return Err(PasswordError::Length { min_length: rules.min_length });
        }
        let lower = typed.0.expose().to_lowercase();
        let first = lower.chars().next();
        if COMMON.contains(&lower.as_str()) || lower.chars().all(|c| Some(c) == first) {
            return Err(PasswordError::Common);
        }
        Ok(typed)
    }
}

/// An argon2id hash in PHC form, with the version of the pepper before it: `pk1$argon2id$…`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash(String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

const PEPPER_VERSION: &str = "pk1";

/// Hashes and verifies with the platform's pepper, off the async threads, as many at once as there are cores.
#[derive(Clone)]
pub struct Hasher(Arc<Inner>);

struct Inner {
    pepper: Secret<[u8; 32]>,
    slots: Semaphore,
    /// Verified against when there is no such user, so that both cost the same.
    dummy: PasswordHash,
}

impl Hasher {
    /// OWASP's minimum: 19 MiB, two passes, one lane; 32 bytes out.
    const PARAMS: (u32, u32, u32) = (19_456, 2, 1);

    /// A hasher with this pepper.
    pub fn new(pepper: Secret<[u8; 32]>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let dummy = PasswordHash(format!(
            "{PEPPER_VERSION}$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        ));
        Self(Arc::new(Inner { pepper, slots: Semaphore::new(cores), dummy }))
    }

    /// The hash of a password under this salt. Takes tens of milliseconds of one core.
    ///
    /// # Errors
    /// It could not be computed.
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<PasswordHash, HashError> {
        let phc = self.run(move |argon2| argon2.hash_password_with_salt(password.0.expose().as_bytes(), &salt).ok());
        let phc = phc.await.flatten().ok_or(HashError)?;
        Ok(PasswordHash(format!("{PEPPER_VERSION}{phc}")))
    }

    /// Whether the password is the one that was hashed. `None` for a user who does not exist or has no password: it
    /// costs the same and is never true.
    pub async fn verify(&self, password: Password, hash: Option<&PasswordHash>) -> bool {
        let real = hash.is_some();
        let hash = hash.unwrap_or(&self.0.dummy).clone();
        let matches = self
            .run(move |argon2| {
                let phc = hash.0.strip_prefix(PEPPER_VERSION).unwrap_or_default();
                Phc::new(phc).is_ok_and(|phc| argon2.verify_password(password.0.expose().as_bytes(), &phc).is_ok())
            })
            .await
            .unwrap_or(false);
        matches && real
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Argon2<'_>) -> T + Send + 'static) -> Option<T> {
        let _slot = self.0.slots.acquire().await.ok()?;
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            let (memory, passes, lanes) = Self::PARAMS;
            let params = Params::new(memory, passes, lanes, Some(32)).ok()?;
            let argon2 =
                Argon2::new_with_secret(inner.pepper.expose(), Algorithm::Argon2id, Version::V0x13, params).ok()?;
            Some(work(&argon2))
        })
        .await
        .ok()?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn length_counts_characters_and_common_ones_are_refused() {
        let rules = PasswordRules::default();
        assert!(Password::choose(&secret("correct horse battery"), &rules).is_ok());
        assert!(Password::choose(&secret("пароль-на-русском"), &rules).is_ok());
        let length = PasswordError::Length { min_length: 12 };
        for (text, error) in [
            ("", length),
            ("elevenchars", length),
            (&"x9".repeat(65), length),
            ("Password1234", PasswordError::Common),
            ("aaaaaaaaaaaaaaaa", PasswordError::Common),
        ] {
            assert_eq!(Password::choose(&secret(text), &rules).err(), Some(error), "{text}");
        }
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_in_every_unicode_spelling() {
        let hasher = Hasher::new(Secret::new([7; 32]));
        let hash = hasher.hash(Password::typed(&secret("pässword-twelve")), [1; 16]).await.unwrap();
        assert!(hasher.verify(Password::typed(&secret("pa\u{308}ssword-twelve")), Some(&hash)).await);
        assert!(!hasher.verify(Password::typed(&secret("password-twelve")), Some(&hash)).await);
        assert!(!hasher.verify(Password::typed(&secret("pässword-twelve")), None).await);
        assert!(hash.0.starts_with("pk1$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        let other = Hasher::new(Secret::new([8; 32]));
        assert!(!other.verify(Password::typed(&secret("pässword-twelve")), Some(&hash)).await, "another pepper");
    }
}
