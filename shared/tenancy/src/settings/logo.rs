//! Which picture a tenant's logo is, and where it is kept.

use kernel::TenantId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The SHA-256 of a picture, as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The SHA-256 of the logo's bytes", value_type = String, pattern = "^[0-9a-f]{64}$",
    example = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
)]
pub struct LogoDigest(String);

impl LogoDigest {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits: enough to tell one logo of a tenant from the next, in an address.
    pub fn mark(&self) -> &str {
        self.0.get(..8).unwrap_or_default()
    }
}

impl TryFrom<String> for LogoDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_digest = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        if is_digest { Ok(Self(text)) } else { Err("use 64 lower-case hexadecimal digits") }
    }
}

impl From<LogoDigest> for String {
    fn from(digest: LogoDigest) -> Self {
        digest.0
    }
}

/// Where a logo's bytes are kept. The path is that of its content, so an invoice that names it is printed the same for ever,
/// whatever logo comes after.
pub fn logo_path(tenant: TenantId, digest: &str) -> String {
    format!("tenants/{tenant}/brand/{digest}.png")
}

/// Where the present logo of a tenant is to be seen by anybody: below the address of the API, with a mark that changes with
/// the picture, so that no cache shows an old one.
pub fn logo_url(public_url: &str, tenant: TenantId, digest: &LogoDigest) -> String {
    format!("{public_url}/brand/{tenant}/logo?v={}", digest.mark())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_64_digits_in_lower_case() {
        let digest = LogoDigest::try_from("0123456789abcdef".repeat(4)).unwrap();
        assert_eq!(digest.mark(), "01234567");
        for bad in [String::new(), "../".repeat(22), "0123456789ABCDEF".repeat(4), "0".repeat(63), "é".repeat(32)] {
            assert!(LogoDigest::try_from(bad.clone()).is_err(), "{bad}");
        }
    }
}
