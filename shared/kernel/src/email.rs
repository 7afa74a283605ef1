//! E-mail addresses in one spelling.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::UserId;

/// An address in lower case with its domain in punycode: two spellings of one mailbox are one value.
/// The local part is plain ASCII (no quoting), so that no look-alike can stand for somebody else's address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// The text is not an address that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address: use a plain address such as budi@example.com")]
pub struct EmailError;

impl Email {
    /// The address in its one spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of an erased person, which nobody can ever have (RFC 2606 keeps `.invalid` free).
    pub fn erased(id: UserId) -> Self {
        Self(format!("erased-{}{ERASED}", id.ulid().to_string().to_ascii_lowercase()))
    }

    /// Whether it is such an address: nothing may be sent there.
    pub fn is_erased(&self) -> bool {
        self.0.ends_with(ERASED)
    }
}

/// The domain of erased addresses.
const ERASED: &str = "@erased.invalid";

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let (local, domain) = text.trim_matches(' ').rsplit_once('@').ok_or(EmailError)?;
        let local_is_plain = (1..=64).contains(&local.len())
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError)?;
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        let last_label_is_a_name = domain.rsplit_once('.').is_some_and(|(_, tld)| {
            tld.len() >= 2 && (tld.starts_with("xn--") || tld.bytes().all(|b| b.is_ascii_alphabetic()))
        });
        if local_is_plain && last_label_is_a_name && address.len() <= 254 { Ok(Self(address)) } else { Err(EmailError) }
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Email {
    /// Addresses are personal data: a debug print must not leak them into a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***@***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_has_one_spelling() {
        for same in ["Budi@Example.COM", " budi@example.com ", "budi@EXAMPLE.com"] {
            assert_eq!(same.parse::<Email>().unwrap().as_str(), "budi@example.com", "{same}");
        }
        assert_eq!("a@bücher.example".parse::<Email>().unwrap().as_str(), "a@xn--bcher-kva.example");
    }

    #[test]
    fn what_could_deceive_or_break_a_header_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for bad in [
            "",
            "@",
            "a@",
            "@example.com",
            "a@b",
            "a b@example.com",
            "a@exa mple.com",
            "\"a\"@example.com",
            "a@example.com\r\nBcc: x@example.com",
            "а@example.com",
            "a\u{200b}@example.com",
            "a@exam\u{202e}ple.com",
            ".a@example.com",
            "a..b@example.com",
            "a@-example.com",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@b@",
            &long,
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
    }
}
