//! Where a tenant's people find help on the web.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Origin;

/// The most characters of an address.
const MAX: usize = 300;

/// An address of a page: `https://`, 300 characters at most, without names and passwords in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "An address of a page; https only", value_type = String, max_length = 300,
    pattern = "^https://[a-z0-9.:-]+(/[!#-;=?-Z_a-z~]*)?$", example = "https://toko-sinar.example/bantuan"
)]
pub struct SupportUrl(String);

impl SupportUrl {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SupportUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refused = "use an address such as https://example.com/help, of 300 characters at most";
        let rest = text.strip_prefix("https://").ok_or(refused)?;
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let plain = |c: u8| matches!(c, b'!' | b'#'..=b';' | b'=' | b'?'..=b'Z' | b'_' | b'a'..=b'z' | b'~');
        let is_origin = Origin::try_from(format!("https://{host}")).is_ok();
        if text.len() <= MAX && is_origin && path.bytes().all(plain) { Ok(Self(text)) } else { Err(refused) }
    }
}

impl From<SupportUrl> for String {
    fn from(url: SupportUrl) -> Self {
        url.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_addresses_of_help() {
        for good in ["https://toko.example", "https://toko.example/", "https://toko.example:8443/a?b=c&d=%20#e"] {
            assert_eq!(SupportUrl::try_from(good.to_owned()).unwrap().as_str(), good);
        }
        let long = format!("https://toko.example/{}", "a".repeat(300));
        for bad in [
            "",
            "http://toko.example",
            "javascript:alert(1)",
            "https://",
            "https://user:pass@toko.example/",
            "https://toko.example/\"><script>",
            "https://toko.example/a b",
            "https://toko.example\\@evil.example",
            "https://toko.example?x",
            &long,
        ] {
            assert!(SupportUrl::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
