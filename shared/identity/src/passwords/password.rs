//! Passwords: which may be chosen (NIST SP 800-63B section 5.1.1.2, OWASP ASVS 5.0 section 6.2).

use kernel::{Fault, FaultKind, Secret};
use unicode_normalization::UnicodeNormalization;
use zxcvbn::zxcvbn;

/// A password that somebody typed, normalised to NFKC so that one spelling has one hash.
#[derive(Clone, Debug)]
pub struct Password {
    normal: Secret<String>,
    /// As it was typed: what other systems hashed.
    typed: Secret<String>,
    length: Length,
}

/// Whether a text can be anybody's password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// It can, by its length.
    Possible,
    /// It has more characters than any password: it is wrong for every account, and no work is spent on it.
    Beyond,
}

/// A password that keeps to the rules. Whether it leaked elsewhere has to be settled before it is one.
#[derive(Clone, Debug)]
pub struct Candidate(Password);

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
    /// Among those that leaked from other services, which an attacker tries too.
    #[error(
        "this password is in a list that leaked from other services; choose another, and change it wherever else you use it"
    )]
    Breached,
}

impl Fault for PasswordError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Length { .. } | Self::Common | Self::Breached => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "PASSWORD_LENGTH",
            Self::Common => "PASSWORD_TOO_COMMON",
            Self::Breached => "PASSWORD_BREACHED",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Length { .. } | Self::Common | Self::Breached => true,
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

impl PasswordRules {
    /// The rules for those who choose a password at a tenant of this name and slug: neither makes a good one.
    pub fn at(name: &str, slug: &str) -> Self {
        Self { context: vec![name.to_owned(), slug.to_owned()], ..Self::default() }
    }
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { min_length: 12, context: Vec::new() }
    }
}

/// The most characters of a password, in its normal form.
const MAX_CHARACTERS: usize = 128;

/// How many characters of a password are weighed at once. The estimate reads `4` as `a`, `$` as `s` and so on in every
/// combination: a hundred characters made for it take seconds, this many a few hundredths of one.
const WEIGHED: usize = 24;

/// How many guesses a password must withstand at least: what eight random characters do.
const HARD_GUESSES: u64 = 100_000_000;

impl Password {
    /// Any text, as typed at a login.
    pub fn typed(text: &Secret<String>) -> Self {
        let normal: String = text.expose().nfkc().take(MAX_CHARACTERS + 1).collect();
        if normal.chars().count() > MAX_CHARACTERS {
            let nothing = || Secret::new(String::new());
            return Self { normal: nothing(), typed: nothing(), length: Length::Beyond };
        }
        Self { normal: Secret::new(normal), typed: Secret::new(text.expose().clone()), length: Length::Possible }
    }

    /// A text that may become a password: of the right length, and one that takes an attacker who knows the common
    /// passwords, words, dates, keyboards and the user's own names at least 10⁸ guesses.
    ///
    /// # Errors
    /// `Length`, `Common`.
    pub fn choose(text: &Secret<String>, rules: &PasswordRules) -> Result<Candidate, PasswordError> {
        let typed = Self::typed(text);
        let length = typed.normal.expose().chars().count();
        if typed.length == Length::Beyond || length < usize::from(rules.min_length) {
            return Err(PasswordError::Length { min_length: rules.min_length });
        }
        let is_hard = is_hard_to_guess(typed.normal.expose(), &rules.context);
        if is_hard { Ok(Candidate(typed)) } else { Err(PasswordError::Common) }
    }

    /// Whether it can be anybody's.
    pub(crate) const fn length(&self) -> Length {
        self.length
    }

    /// The spellings that another system may have hashed: as typed, and in NFC where that differs.
    pub(crate) fn spellings(&self) -> Vec<Vec<u8>> {
        let typed = self.typed.expose();
        let composed: String = typed.nfc().collect();
        let mut spellings = vec![typed.clone().into_bytes()];
        if composed != *typed {
            spellings.push(composed.into_bytes());
        }
        spellings
    }

    /// The bytes that are hashed.
    pub(crate) fn normal(&self) -> &[u8] {
        self.normal.expose().as_bytes()
    }
}

/// What is known of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It leaked.
    Breached,
    /// It is not among those that leaked.
    Unseen,
    /// Nobody was asked, or nobody answered.
    Unknown,
}

impl Candidate {
    /// The password, by what is known of it. One of which nothing is known is let pass: whoever could tell may be down.
    ///
    /// # Errors
    /// `Breached`.
    pub fn settle(self, sighting: Sighting) -> Result<Password, PasswordError> {
        match sighting {
            Sighting::Breached => Err(PasswordError::Breached),
            Sighting::Unseen | Sighting::Unknown => Ok(self.0),
        }
    }

    /// The bytes that were typed.
    pub(crate) fn as_typed(&self) -> &[u8] {
        self.0.typed.expose().as_bytes()
    }
}

/// A password is as hard to guess as the harder of its ends, at least. One that holds a name of the user's or the tenant's
/// must be hard without its separators too: `toko-maju-2026` is guessed with `tokomaju2026`.
fn is_hard_to_guess(password: &str, context: &[String]) -> bool {
    let words = words_of(context);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let joined: String = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let named = words.iter().any(|word| word.chars().count() >= 4 && joined.contains(word));
    ends_are_hard(password, &words) && (!named || ends_are_hard(&joined, &words))
}

fn ends_are_hard(text: &str, words: &[&str]) -> bool {
    let is_hard = |part: &str| zxcvbn(part, words).guesses() >= HARD_GUESSES;
    let head: String = text.chars().take(WEIGHED).collect();
    let tail = || text.chars().skip(text.chars().count().saturating_sub(WEIGHED)).collect::<String>();
    is_hard(&head) || (head.len() < text.len() && is_hard(&tail()))
}

/// Each name whole, in its parts, and written as one word; and what this product is called.
fn words_of(context: &[String]) -> Vec<String> {
    let mut words = vec!["ruko".to_owned()];
    for name in context {
        let name = name.to_lowercase();
        let parts = || name.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() >= 3);
        words.push(name.split(|c: char| !c.is_alphanumeric()).collect());
        words.push(name.split_whitespace().collect());
        words.extend(parts().map(str::to_owned));
        words.push(name.clone());
    }
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str, rules: &PasswordRules) -> Option<PasswordError> {
        Password::choose(&Secret::new(text.to_owned()), rules).err()
    }

    #[test]
    fn length_counts_characters_by_the_tenants_policy() {
        let rules = |min_length| PasswordRules { min_length, ..PasswordRules::default() };
        for (text, min_length, fits) in [
            ("", 12, false),
            ("elevencharz", 12, false),
            ("kzq7-vexu-pl", 12, true),
            ("kzq7-vex", 8, true),
            ("kzq7-ve", 8, false),
            ("пароль-на-русском", 12, true),
            // NFKC makes one character of two.
            ("kzq7-vexu-e\u{301}", 12, false),
        ] {
            let expected = (!fits).then_some(PasswordError::Length { min_length });
            assert_eq!(chosen(text, &rules(min_length)), expected, "{text}");
        }
        let long = "kzq7-vexu-pl".repeat(11);
        assert_eq!(chosen(&long[..128], &rules(128)), None);
        assert_eq!(chosen(&long[..129], &rules(12)), Some(PasswordError::Length { min_length: 12 }));
        // U+FDFA alone is 18 characters of its normal form.
        assert_eq!(chosen(&"\u{fdfa}".repeat(8), &rules(12)), Some(PasswordError::Length { min_length: 12 }));
    }

    #[test]
    fn what_leaked_is_refused_and_what_nobody_knows_is_not() {
        let settle = |sighting| {
            let chosen = Password::choose(&Secret::new("kucing makan ikan".to_owned()), &PasswordRules::default());
            chosen.unwrap().settle(sighting).err()
        };
        assert_eq!(settle(Sighting::Breached), Some(PasswordError::Breached));
        assert_eq!((settle(Sighting::Unseen), settle(Sighting::Unknown)), (None, None));
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        let context = ["Toko Maju Jaya", "toko-maju", "budi@contoh.example", "budi.santoso"].map(str::to_owned);
        let rules = PasswordRules { context: context.to_vec(), ..PasswordRules::default() };
        for text in [
            "password123456789",
            "Password1234",
            "P@ssw0rd1234",
            "123456789012",
            "aaaaaaaaaaaaaaaa",
            "qwertyuiop123",
            "1qaz2wsx3edc",
            "letmeinletmein",
            "indonesia123",
            "bismillah123",
            "rahasia12345",
            "sayangsayang",
            "tokomajujaya",
            "TokoMajuJaya2026",
            "toko-maju-2026",
            "toko_maju-jaya.2026",
            "budi@contoh.example",
            "budisantoso123",
        ] {
            assert_eq!(chosen(text, &rules), Some(PasswordError::Common), "{text}");
        }
    }

    #[test]
    fn passphrases_are_welcome() {
        for text in [
            "correct horse battery",
            "wrong horse battery",
            "kucing makan ikan",
            "aku suka kopi pagi",
            "saya cinta kamu",
            "purple monkey dishwasher",
            "indomie goreng enak",
            "pässword-twelve",
            // The tail alone is hard.
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa kucing makan ikan",
        ] {
            assert_eq!(chosen(text, &PasswordRules::default()), None, "{text}");
        }
        // With the user's own name in it, and more.
        for (text, email, username) in [
            ("wayan-suka-nasi-goreng", "wayan@example.com", "wayan"),
            ("operator-of-the-sandbox", "operator@ruko.local", "operator"),
        ] {
            let context = vec!["Ruko".to_owned(), email.to_owned(), username.to_owned()];
            assert_eq!(chosen(text, &PasswordRules { context, ..PasswordRules::default() }), None, "{text}");
        }
    }
}
