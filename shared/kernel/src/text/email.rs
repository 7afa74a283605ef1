//! E-mail addresses in one spelling.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection, skeleton};
use utoipa::ToSchema;

use crate::{UserId, text::plain_text::is_hidden};

/// The most bytes that are looked at: any spelling of an address that we take is far shorter.
const MAX_TYPED_BYTES: usize = 1024;

/// An address in lower case with its domain in punycode: two spellings of one mailbox are one value, full-width ones
/// included. The local part is plain ASCII (no quoting), and each label of the domain is of one script and looks like no
/// ASCII label, so that no look-alike can stand for somebody else's address (UTS 39).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "An e-mail address. Any spelling is taken; answers have it in lower case, with an international domain in Punycode",
    value_type = String, format = "email", pattern = r"^[^@\s]+@[^@\s]+$", max_length = 254, example = "budi@example.com"
)]
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
        if text.len() > MAX_TYPED_BYTES {
            return Err(EmailError);
        }
        let text: String = text.nfkc().collect();
        if text.chars().any(is_hidden) {
            // Domain names drop some of these silently.
            return Err(EmailError);
        }
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
        let well_formed = local_is_plain && last_label_is_a_name && address.len() <= 254 && is_honest(&domain);
        if well_formed { Ok(Self(address)) } else { Err(EmailError) }
    }
}

/// Whether no label of a domain, given in ASCII, passes for another when it is shown: its letters are of one script (or
/// of those that Chinese, Japanese and Korean write together), and it does not look like ASCII as a whole, as Cyrillic
/// "аррӏе" does.
fn is_honest(domain: &str) -> bool {
    let (shown, decoded) = idna::domain_to_unicode(domain);
    decoded.is_ok()
        && shown.split('.').filter(|label| !label.is_ascii()).all(|label| {
            label.check_restriction_level(RestrictionLevel::HighlyRestrictive) && !skeleton(label).all(|c| c.is_ascii())
        })
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
        for same in [
            "Budi@Example.COM",
            " budi@example.com ",
            "budi@EXAMPLE.com",
            "ｂｕｄｉ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "\u{3000}budi@example.com",
            "𝐛𝐮𝐝𝐢@example.com",
            "budi@ⓔxample。com",
        ] {
            assert_eq!(same.parse::<Email>().unwrap().as_str(), "budi@example.com", "{same}");
        }
    }

    #[test]
    fn domains_of_the_world_are_kept_in_punycode() {
        for (shown, stored) in [
            ("a@bücher.example", "a@xn--bcher-kva.example"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
            ("a@bu\u{308}cher.example", "a@xn--bcher-kva.example"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
            ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
            ("a@例え.jp", "a@xn--r8jz45g.jp"),
            ("a@東京タワー.jp", "a@xn--5ck2eqb538s34z.jp"),
            ("a@한국.kr", "a@xn--3e0b707e.kr"),
            ("a@παράδειγμα.gr", "a@xn--hxajbheg2az3al.gr"),
            ("a@مثال.com", "a@xn--mgbh0fb.com"),
        ] {
            assert_eq!(shown.parse::<Email>().map(String::from).as_deref(), Ok(stored), "{shown}");
        }
    }

    #[test]
    fn look_alikes_are_refused() {
        for bad in [
            // The local part in Cyrillic and Greek.
            "tеsto@example.com",
            "аdmin@example.com",
            "ο@example.com",
            // One Cyrillic letter among Latin ones, and Latin with Greek.
            "a@exаmple.com",
            "a@gοοgle.com",
            "a@раypal.com",
            // Whole labels that look like Latin: аррӏе, соре, сосо in Cyrillic, and the first in punycode.
            "a@аррӏе.com",
            "a@соре.com",
            "a@mail.сосо.com",
            "a@xn--80ak6aa92e.com",
            // A dotless i, and a Latin letter of the phonetic alphabet.
            "a@mıcro.com",
            "a@ɡoogle.com",
            // The top level too.
            "a@example.со",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
    }

    #[test]
    fn hidden_characters_are_refused_wherever_they_stand() {
        for hidden in ['\0', '\r', '\n', '\t', '\u{ad}', '\u{200b}', '\u{200d}', '\u{202e}', '\u{2066}', '\u{feff}'] {
            for bad in [
                format!("{hidden}budi@example.com"),
                format!("bu{hidden}di@example.com"),
                format!("budi@exam{hidden}ple.com"),
                format!("budi@example.com{hidden}"),
            ] {
                assert!(bad.parse::<Email>().is_err(), "{bad:?}");
            }
        }
    }

    #[test]
    fn what_could_break_a_header_or_a_mailbox_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let label = "b".repeat(61);
        let long_label = format!("a@{}.com", "b".repeat(64));
        let longest = format!("{}@{label}.{label}.{label}.com", "a".repeat(64));
        let too_long = format!("a@{}example.com", "b.".repeat(200));
        let endless = format!("a@{}.com", "b".repeat(1_000_000));
        for bad in [
            "",
            "@",
            "a@",
            "@example.com",
            "a@b",
            "a b@example.com",
            "a@exa mple.com",
            "\"a\"@example.com",
            "\"a b\"@example.com",
            "\"a@b\"@example.com",
            "a@example.com\r\nBcc: x@example.com",
            "a@example.com%0d%0aBcc:x",
            ".a@example.com",
            "a.@example.com",
            "a..b@example.com",
            "a@-example.com",
            "a@example..com",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@b@",
            "a@xn--a.com",
            &long_local,
            &long_label,
            &too_long,
            &endless,
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
        assert_eq!(longest.len(), 254);
        assert!(longest.parse::<Email>().is_ok());
        assert!(longest.replace(".com", ".info").parse::<Email>().is_err(), "255 characters");
    }

    proptest::proptest! {
        #[test]
        fn an_address_that_was_taken_is_taken_again_as_it_is(text in "\\PC{1,12}@\\PC{1,12}\\.(com|рф|中国)") {
            if let Ok(email) = text.parse::<Email>() {
                proptest::prop_assert!(email.as_str().is_ascii());
                let again = email.as_str().parse::<Email>();
                proptest::prop_assert_eq!(again, Ok(email));
            }
        }
    }
}
