//! The name of a domain.

use std::{fmt, net::IpAddr, str::FromStr};

use idna::{AsciiDenyList, domain_to_ascii_cow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most characters of a name whose challenge still is a name.
const MAX: usize = 230;
/// Ends of names that are nobody's on the public internet (RFC 6761, RFC 6762, RFC 8375, RFC 9476, ICANN's `internal`).
const NOBODYS: [&str; 11] =
    ["alt", "arpa", "example", "internal", "invalid", "lan", "local", "localhost", "onion", "test", "home"];

/// A domain as the domain name system has it: lower case, in ASCII (`xn--…` for other scripts), without a dot at its end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A domain such as `app.toko-sinar.id`; other scripts are taken, and answered in ASCII (IDNA)",
    value_type = String, min_length = 4, max_length = 253, example = "app.toko-sinar.id"
)]
pub struct DomainName(String);

/// Why a text is no domain that a tenant could have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DomainNameError {
    /// It is written in another way.
    #[error("write a domain such as app.example.com, without https:// and path")]
    Malformed,
    /// It is an address of a computer.
    #[error("use a domain, not an IP address")]
    Address,
    /// It ends in a name that is nobody's on the public internet, or is a top-level domain.
    #[error(
        "use a domain of the public internet that is your own; names that end in .example, .test, .local and other reserved \
         words are nobody's"
    )]
    NotPublic,
}

impl DomainName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the record stands that proves whose it is.
    pub fn challenge(&self) -> String {
        format!("_ruko-challenge.{}", self.0)
    }

    /// The web origin of its pages.
    pub fn origin(&self) -> String {
        format!("https://{}", self.0)
    }

    /// Whether it is this host, or a domain below it.
    pub fn is_within(&self, host: &str) -> bool {
        self.0.strip_suffix(host).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }
}

impl FromStr for DomainName {
    type Err = DomainNameError;

    fn from_str(text: &str) -> Result<Self, DomainNameError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.parse::<IpAddr>().is_ok() || text.starts_with('[') {
            return Err(DomainNameError::Address);
        }
        let ascii = domain_to_ascii_cow(text.as_bytes(), AsciiDenyList::URL).map_err(|_| DomainNameError::Malformed)?;
        if ascii.len() > MAX || !ascii.split('.').all(is_label) {
            return Err(DomainNameError::Malformed);
        }
        // 0x7f.1 and the like are addresses to some programs (WHATWG URL, "ends in a number checker").
        let last = ascii.rsplit('.').next().unwrap_or_default();
        if last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x") {
            return Err(DomainNameError::Address);
        }
        let is_public = ascii.contains('.') && !NOBODYS.contains(&last);
        if is_public { Ok(Self(ascii.into_owned())) } else { Err(DomainNameError::NotPublic) }
    }
}

/// 1 to 63 letters, digits and hyphens, with no hyphen at its ends (RFC 1123, section 2.1).
fn is_label(label: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(plain) && !label.starts_with('-') && !label.ends_with('-')
}

impl TryFrom<String> for DomainName {
    type Error = DomainNameError;

    fn try_from(text: String) -> Result<Self, DomainNameError> {
        text.parse()
    }
}

impl From<DomainName> for String {
    fn from(domain: DomainName) -> Self {
        domain.0
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, DomainNameError> {
        text.parse::<DomainName>().map(Into::into)
    }

    #[test]
    fn a_domain_has_one_spelling() {
        for (text, name) in [
            ("app.toko-sinar.id", "app.toko-sinar.id"),
            ("App.Toko-Sinar.ID.", "app.toko-sinar.id"),
            ("bücher.de", "xn--bcher-kva.de"),
            ("BÜCHER.de", "xn--bcher-kva.de"),
            ("XN--bcher-kva.de", "xn--bcher-kva.de"),
            ("東京.jp", "xn--1lqs71d.jp"),
            ("ｔｏｋｏ。id", "toko.id"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(name), "{text}");
        }
    }

    #[test]
    fn what_no_tenant_could_own_is_no_domain() {
        use DomainNameError::{Address, Malformed, NotPublic};
        for (text, why) in [
            ("", Malformed),
            ("https://toko.id", Malformed),
            ("toko.id/path", Malformed),
            ("toko.id:443", Malformed),
            ("user@toko.id", Malformed),
            ("to ko.id", Malformed),
            ("*.toko.id", Malformed),
            ("_dmarc.toko.id", Malformed),
            ("-toko.id", Malformed),
            ("toko..id", Malformed),
            ("xn--a.id", Malformed),
            ("203.0.113.9", Address),
            ("2001:db8::1", Address),
            ("[2001:db8::1]", Address),
            ("1.2.3", Address),
            ("toko.0x7f", Address),
            ("id", NotPublic),
            ("localhost", NotPublic),
            ("api.localhost", NotPublic),
            ("toko.internal", NotPublic),
            ("app.kopikita.example", NotPublic),
        ] {
            assert_eq!(read(text), Err(why), "{text}");
        }
        assert_eq!(read(&format!("{}.id", "a".repeat(64))), Err(Malformed));
        assert_eq!(read(&format!("{}id", "abcdefgh.".repeat(26))), Err(Malformed), "its challenge would be no name");
    }

    #[test]
    fn reserved_names_are_refused_in_words_and_the_documents_list_them() {
        const API: &str = include_str!("../../../../docs/API.md");
        let why = read("app.kopikita.example").unwrap_err().to_string();
        assert!(why.contains(".example") && why.contains("reserved"), "{why}");
        for name in NOBODYS {
            assert!(API.contains(&format!("`.{name}`")), "docs/API.md does not say that .{name} is refused");
        }
    }

    #[test]
    fn what_is_below_a_host_is_within_it() {
        let domain: DomainName = "app.toko.id".parse().unwrap();
        for (host, within) in [("app.toko.id", true), ("toko.id", true), ("oko.id", false), ("x.app.toko.id", false)] {
            assert_eq!(domain.is_within(host), within, "{host}");
        }
        assert_eq!(domain.challenge(), "_ruko-challenge.app.toko.id");
    }
}
