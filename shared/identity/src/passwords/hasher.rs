//! Argon2id with a pepper (OWASP Password Storage Cheat Sheet).

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash as Phc},
};
use kernel::{Fault, FaultKind, Secret};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::{
    Imports, Password,
    passwords::{
        imported::{self, Bcrypt, ImportedHashError},
        password::Length,
    },
};

/// The hash could not be computed: there is no memory for it, or the process is stopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashError;

impl Fault for HashError {
    fn kind(&self) -> FaultKind {
        FaultKind::Unavailable
    }

    fn code(&self) -> &'static str {
        "UNAVAILABLE"
    }

    fn is_final(&self) -> bool {
        false
    }
}

/// An argon2id hash in PHC form, with the version of the pepper before it: `pk1$argon2id$…`; the same of the first 72
/// bytes of a pass phrase, `pk1-72$argon2id$…`; or the bcrypt hash of another system, as it came.
///
/// bcrypt looks at 72 bytes. Whoever types a longer pass phrase has proven no more than those, so no more is hashed anew
/// until a new password is set: or whatever was typed behind them first would become the password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash(String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl PasswordHash {
    /// The bcrypt hash of another system.
    ///
    /// # Errors
    /// It is none, or of another cost than 10 to 12.
    pub fn imported(text: &str) -> Result<Self, ImportedHashError> {
        Bcrypt::parse(text).map(|_| Self(text.to_owned()))
    }
}

/// A key that goes into every hash, under the version that stands before the hash.
#[derive(Clone)]
pub struct Pepper {
    /// Such as `pk1`.
    pub version: &'static str,
    /// The key.
    pub key: Secret<[u8; 32]>,
}

/// What came of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is not the one.
    Wrong,
    /// It is.
    Right,
    /// It is, and the stored hash should be replaced by this one: it is of another system, cost or pepper.
    Outdated(PasswordHash),
}

/// Hashes and verifies with the platform's pepper, off the async threads, as many at once as there are cores.
#[derive(Clone)]
pub struct Hasher(Arc<Inner>);

struct Inner {
    /// The one in use first.
    peppers: Vec<Pepper>,
    slots: Semaphore,
    /// Verified against when there is no such user, so that both cost the same.
    dummy: PasswordHash,
}

/// How much of a password a hash is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// All of it, in its normal form.
    Whole,
    /// The bytes that bcrypt looked at, as they were typed.
    Beginning,
}

/// Stands behind the version of the pepper where a hash is of the beginning alone.
const BEGINNING: &str = "-72";

/// OWASP's minimum: 19 MiB, two passes, one lane; 32 bytes out.
const PARAMS: (u32, u32, u32) = (19_456, 2, 1);
/// The most memory (KiB), passes and lanes that a stored hash may ask for: a row must not be able to stop the service.
const MOST: (u32, u32, u32) = (128 * 1024, 30, 4);

/// The peppers, each by its version and the label of its key among the platform's (decision 1): the one in use, and behind
/// it those whose hashes still check. A new one is first deployed at the end, so that every function knows it, and then
/// in front; a former one may go once no user has a hash of it.
const PEPPERS: [(&str, &str); 1] = [("pk1", "pepper 1")];

impl Hasher {
    /// The platform's hasher; `key` derives the key of a label.
    pub fn derived(key: impl Fn(&str) -> Secret<[u8; 32]>) -> Self {
        let [present, former @ ..] = PEPPERS.map(|(version, label)| Pepper { version, key: key(label) });
        Self::with_former(present, former.into())
    }

    /// A hasher with a pepper and those that were in use before, whose hashes it replaces as their users sign in.
    pub fn with_former(pepper: Pepper, former: Vec<Pepper>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (version, (memory, passes, lanes)) = (pepper.version, PARAMS);
        let dummy = PasswordHash(format!(
            "{version}$argon2id$v=19$m={memory},t={passes},p={lanes}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        ));
        let peppers = [pepper].into_iter().chain(former).collect();
        Self(Arc::new(Inner { peppers, slots: Semaphore::new(cores), dummy }))
    }

    /// The hash of a password under this salt. Takes tens of milliseconds of one core.
    ///
    /// # Errors
    /// It could not be computed.
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<PasswordHash, HashError> {
        self.run(move |inner| inner.hash(&password, salt)).await
    }

    /// Whether the password is the one that was hashed. `None` for a user who does not exist or has no password: it
    /// costs the same and is never true. Hashes of other systems never match here.
    pub async fn verify(&self, password: Password, hash: Option<&PasswordHash>) -> bool {
        let checked = self.check(password, hash, Imports::Ignored, [0; 16]).await;
        checked.is_ok_and(|checked| checked != Checked::Wrong)
    }

    /// As [`Hasher::verify`], where hashes of other systems may count; `salt` is for a hash that replaces the stored one.
    /// A wrong password costs the same work whoever the user is: an argon2 hash, and a bcrypt hash where imports count, for
    /// each of the one or two spellings that the typed text has. One that is too long for any password costs nothing.
    ///
    /// # Errors
    /// A hash could not be computed.
    pub async fn check(
        &self,
        password: Password,
        stored: Option<&PasswordHash>,
        imports: Imports,
        salt: [u8; 16],
    ) -> Result<Checked, HashError> {
        let stored = stored.cloned();
        if password.length() == Length::Beyond {
            return Ok(Checked::Wrong);
        }
        self.run(move |inner| inner.check(&password, stored.as_ref(), imports, salt)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Option<T> + Send + 'static,
    ) -> Result<T, HashError> {
        let _slot = self.0.slots.acquire().await.map_err(|_| HashError)?;
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&inner)).await.ok().flatten().ok_or(HashError)
    }
}

impl Inner {
    fn hash(&self, password: &Password, salt: [u8; 16]) -> Option<PasswordHash> {
        if password.length() == Length::Beyond {
            return None;
        }
        self.hash_bytes(password.normal(), salt, Extent::Whole)
    }

    fn hash_bytes(&self, password: &[u8], salt: [u8; 16], extent: Extent) -> Option<PasswordHash> {
        let pepper = self.peppers.first()?;
        let phc = argon2(pepper)?.hash_password_with_salt(password, &salt).ok()?;
        let mark = match extent {
            Extent::Whole => "",
            Extent::Beginning => BEGINNING,
        };
        Some(PasswordHash(format!("{}{mark}{phc}", pepper.version)))
    }

    fn check(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
        imports: Imports,
        salt: [u8; 16],
    ) -> Option<Checked> {
        let theirs = stored.and_then(|hash| Bcrypt::parse(&hash.0).ok());
        let spellings = password.spellings();
        let proven = match imports {
            Imports::Accepted => proven_by_import(&spellings, theirs.as_ref()),
            Imports::Ignored => None,
        };
        if theirs.is_some() {
            // The hash that takes the place of the imported one is this user's share of argon2 work, wanted or not.
            for _ in 1..spellings.len() {
                std::hint::black_box(self.matches(password.normal(), &self.dummy));
            }
            let ours = match proven {
                Some(spelling) if spelling.len() >= imported::MAX_BYTES => {
                    self.hash_bytes(spelling.get(..imported::MAX_BYTES)?, salt, Extent::Beginning)?
                }
                Some(_) | None => self.hash(password, salt)?,
            };
            return Some(if proven.is_some() { Checked::Outdated(ours) } else { Checked::Wrong });
        }
        let stored_hash = stored.unwrap_or(&self.dummy);
        let ours = match self.read(stored_hash).map(|(.., extent)| extent) {
            Some(Extent::Beginning) => {
                let matching = spellings.iter().map(|spelling| self.matches(imported::key_of(spelling), stored_hash));
                // All of them, whichever is right.
                matching.fold(false, |any, one| any | one)
            }
            Some(Extent::Whole) | None => {
                for _ in 1..spellings.len() {
                    std::hint::black_box(self.matches(password.normal(), &self.dummy));
                }
                self.matches(password.normal(), stored_hash)
            }
        };
        match (ours && stored.is_some(), stored.is_some_and(|hash| self.is_current(hash))) {
            (false, _) => Some(Checked::Wrong),
            (true, true) => Some(Checked::Right),
            (true, false) => self.hash(password, salt).map(Checked::Outdated),
        }
    }

    fn matches(&self, password: &[u8], hash: &PasswordHash) -> bool {
        let Some((pepper, phc, _)) = self.read(hash) else { return false };
        let params = Params::try_from(&phc);
        let bearable = params.is_ok_and(|params| {
            let (memory, passes, lanes) = MOST;
            params.m_cost() <= memory && params.t_cost() <= passes && params.p_cost() <= lanes
        });
        bearable && argon2(pepper).is_some_and(|argon2| argon2.verify_password(password, &phc).is_ok())
    }

    /// Whether the hash is what would be made of the password today.
    fn is_current(&self, hash: &PasswordHash) -> bool {
        let Some((pepper, phc, extent)) = self.read(hash) else { return false };
        // What is hashed of the beginning alone stays so: nothing proves what stands behind it.
        if extent == Extent::Beginning {
            return true;
        }
        let ours = self.peppers.first().is_some_and(|current| current.version == pepper.version);
        let (memory, passes, lanes) = PARAMS;
        let same = Params::try_from(&phc)
            .is_ok_and(|params| (params.m_cost(), params.t_cost(), params.p_cost()) == (memory, passes, lanes));
        ours && same
    }

    fn read(&self, hash: &PasswordHash) -> Option<(&Pepper, Phc, Extent)> {
        let (version, phc) = hash.0.split_at_checked(hash.0.find('$')?)?;
        let (version, extent) = match version.strip_suffix(BEGINNING) {
            Some(version) => (version, Extent::Beginning),
            None => (version, Extent::Whole),
        };
        let pepper = self.peppers.iter().find(|pepper| pepper.version == version)?;
        phc.starts_with("$argon2id$").then(|| Some((pepper, Phc::new(phc).ok()?, extent))).flatten()
    }
}

/// The spelling that an imported hash is of; always the work of all of them.
fn proven_by_import<'a>(spellings: &'a [Vec<u8>], stored: Option<&Bcrypt>) -> Option<&'a [u8]> {
    let mut proven = None;
    for spelling in spellings {
        if imported::matches(spelling, stored) && proven.is_none() {
            proven = Some(spelling.as_slice());
        }
    }
    proven
}

fn argon2(pepper: &Pepper) -> Option<Argon2<'_>> {
    let (memory, passes, lanes) = PARAMS;
    let params = Params::new(memory, passes, lanes, Some(32)).ok()?;
    Argon2::new_with_secret(pepper.key.expose(), Algorithm::Argon2id, Version::V0x13, params).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Password {
        Password::typed(&Secret::new(text.to_owned()))
    }

    fn pepper(version: &'static str, byte: u8) -> Pepper {
        Pepper { version, key: Secret::new([byte; 32]) }
    }

    fn one(byte: u8) -> Hasher {
        Hasher::with_former(pepper("pk1", byte), Vec::new())
    }

    #[tokio::test]
    async fn the_platforms_hashes_stay_what_they_are() {
        let keys = |label: &str| Secret::new([u8::try_from(label.len()).unwrap(); 32]);
        assert!(PEPPERS.contains(&("pk1", "pepper 1")), "as long as any user has a hash of it");
        let hash = one(8).hash(typed("correct horse battery"), [1; 16]).await.unwrap();
        assert!(Hasher::derived(keys).verify(typed("correct horse battery"), Some(&hash)).await);
        let mut versions: Vec<&str> = PEPPERS.iter().map(|(version, _)| *version).collect();
        versions.sort_unstable();
        versions.dedup();
        assert_eq!(versions.len(), PEPPERS.len(), "no version names two keys");
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_in_every_unicode_spelling() {
        let hasher = one(7);
        let hash = hasher.hash(typed("pässword-twelve"), [1; 16]).await.unwrap();
        assert!(hasher.verify(typed("pa\u{308}ssword-twelve"), Some(&hash)).await);
        assert!(!hasher.verify(typed("password-twelve"), Some(&hash)).await);
        assert!(!hasher.verify(typed("pässword-twelve"), None).await);
        assert!(hash.0.starts_with("pk1$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        let other = one(8);
        assert!(!other.verify(typed("pässword-twelve"), Some(&hash)).await, "another pepper");
    }

    #[tokio::test]
    async fn a_hash_of_a_former_pepper_or_cost_is_replaced() {
        let password = || typed("correct horse battery");
        let old = Hasher::with_former(pepper("pk0", 1), Vec::new()).hash(password(), [1; 16]).await.unwrap();
        let hasher = Hasher::with_former(pepper("pk1", 2), vec![pepper("pk0", 1)]);
        let check = async |hash: &PasswordHash, password: Password| {
            hasher.check(password, Some(hash), Imports::Ignored, [2; 16]).await.unwrap()
        };
        assert_eq!(check(&old, typed("wrong horse battery")).await, Checked::Wrong);
        let Checked::Outdated(new) = check(&old, password()).await else { panic!("an old pepper") };
        assert_eq!(check(&new, password()).await, Checked::Right);

        let cheap = Params::new(8, 1, 1, Some(32)).unwrap();
        let cheap = Argon2::new_with_secret(&[2; 32], Algorithm::Argon2id, Version::V0x13, cheap).unwrap();
        let cheap = cheap.hash_password_with_salt(password().normal(), &[3; 16]).unwrap();
        let cheap = PasswordHash(format!("pk1{cheap}"));
        let Checked::Outdated(dear) = check(&cheap, password()).await else { panic!("a lower cost") };
        assert_eq!(check(&dear, password()).await, Checked::Right);
    }

    #[tokio::test]
    async fn a_stored_hash_cannot_ask_for_more_than_is_bearable() {
        let hasher = one(7);
        for params in ["m=131073,t=2,p=1", "m=19456,t=31,p=1", "m=19456,t=2,p=5", "m=4294967295,t=4294967295,p=1"] {
            let text = format!("pk1$argon2id$v=19${params}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA");
            assert!(!hasher.verify(typed("x"), Some(&PasswordHash(text))).await, "{params}");
        }
        for broken in ["", "pk1", "$", "pk9$argon2id$x", "pk1$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAA"] {
            assert!(!hasher.verify(typed("x"), Some(&PasswordHash(broken.to_owned()))).await, "{broken}");
        }
    }

    #[tokio::test]
    async fn an_imported_hash_counts_only_while_imports_do_and_is_replaced() {
        let hasher = one(7);
        let theirs = bcrypt::hash_with_salt("kata sandi lama", 10, [7; 16]).unwrap().to_string();
        let theirs = PasswordHash::imported(&theirs).unwrap();
        let check = async |password: &str, stored: Option<&PasswordHash>, imports| {
            hasher.check(typed(password), stored, imports, [2; 16]).await.unwrap()
        };
        assert_eq!(check("kata sandi lama", Some(&theirs), Imports::Ignored).await, Checked::Wrong);
        assert_eq!(check("kata sandi baru", Some(&theirs), Imports::Accepted).await, Checked::Wrong);
        assert_eq!(check("kata sandi lama", None, Imports::Accepted).await, Checked::Wrong);
        let Checked::Outdated(ours) = check("kata sandi lama", Some(&theirs), Imports::Accepted).await else {
            panic!("an imported hash");
        };
        assert_eq!(check("kata sandi lama", Some(&ours), Imports::Accepted).await, Checked::Right);
        assert_eq!(check("kata sandi lama", Some(&ours), Imports::Ignored).await, Checked::Right);
    }

    fn imported(password: &[u8]) -> PasswordHash {
        PasswordHash::imported(&bcrypt::hash_with_salt(password, 10, [7; 16]).unwrap().to_string()).unwrap()
    }

    #[tokio::test]
    async fn an_imported_password_matches_as_typed_and_in_its_composed_spelling() {
        let (hasher, composed, decomposed) = (one(7), "kopi panas caf\u{e9}", "kopi panas cafe\u{301}");
        let check = async |typed_text: &str, stored: &PasswordHash| {
            hasher.check(typed(typed_text), Some(stored), Imports::Accepted, [2; 16]).await.unwrap()
        };
        let of_composed = imported(composed.as_bytes());
        for spelling in [composed, decomposed] {
            let Checked::Outdated(ours) = check(spelling, &of_composed).await else { panic!("{spelling:?}") };
            for again in [composed, decomposed] {
                assert_eq!(check(again, &ours).await, Checked::Right);
            }
        }
        let of_decomposed = imported(decomposed.as_bytes());
        assert!(matches!(check(decomposed, &of_decomposed).await, Checked::Outdated(_)), "as it was typed there");
        assert_eq!(check("kopi panas cafe", &of_composed).await, Checked::Wrong);
    }

    #[tokio::test]
    async fn of_a_long_imported_phrase_no_more_is_kept_than_was_proven() {
        let hasher = one(7);
        let phrase = "saya minum kopi panas setiap pagi di warung bu siti di pinggir jalan raya bogor sana";
        assert!(phrase.len() > 72 && phrase.is_ascii());
        let check = async |text: &str, stored: &PasswordHash| {
            hasher.check(typed(text), Some(stored), Imports::Accepted, [2; 16]).await.unwrap()
        };
        let stored = imported(&phrase.as_bytes()[..72]);
        let wrong_tail = format!("{}WRONG", &phrase[..72]);
        for first in [wrong_tail.as_str(), phrase, &phrase[..72]] {
            let Checked::Outdated(ours) = check(first, &stored).await else { panic!("{first}") };
            assert!(ours.0.starts_with("pk1-72$argon2id$"), "{}", ours.0);
            assert_eq!(check(phrase, &ours).await, Checked::Right, "{first}");
            assert_eq!(check(&phrase[..71], &ours).await, Checked::Wrong);
            assert_eq!(check(&phrase.replace("kopi", "susu"), &ours).await, Checked::Wrong);
        }
        // One that ends before is proven whole.
        let Checked::Outdated(short) = check("kata sandi lama", &imported(b"kata sandi lama")).await else { panic!() };
        assert!(short.0.starts_with("pk1$argon2id$"));
    }

    #[tokio::test]
    async fn what_is_too_long_for_any_password_is_wrong_without_a_hash() {
        let hasher = one(7);
        let long = "a".repeat(129);
        // bcrypt would look at its beginning alone.
        let theirs = imported(&long.as_bytes()[..72]);
        let _all = hasher.0.slots.acquire_many(u32::try_from(hasher.0.slots.available_permits()).unwrap()).await;
        for text in [long, "a".repeat(250_000), "\u{fdfa}".repeat(8)] {
            for stored in [Some(&theirs), None] {
                // No slot is free: a hash would wait for ever.
                let checked = hasher.check(typed(&text), stored, Imports::Accepted, [2; 16]).await.unwrap();
                assert_eq!(checked, Checked::Wrong);
            }
        }
    }
}
