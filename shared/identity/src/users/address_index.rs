//! What stands for an e-mail address in keys and events (docs/decisions/0007-personal-data-is-sealed.md).

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Email, Secret, TenantId};

/// The blind index of addresses: equal addresses of a tenant have the same name in it, by which they are found and kept
/// unique, and nobody without the key can tell a name from an address or test a guess.
#[derive(Clone, Debug)]
pub struct AddressIndex(hmac::Key);

impl AddressIndex {
    /// The purpose of the key.
    pub const LABEL: &str = "addresses 1";

    /// The index under a key, which is not the one that seals the addresses themselves.
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// The name of an address in one tenant: 43 characters of base64url. The same address has another in every tenant.
    pub fn of(&self, tenant: TenantId, email: &Email) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, format!("{tenant} {email}").as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_name_in_each_tenant_under_each_key() {
        let (one, two) = (AddressIndex::new(&Secret::new([1; 32])), AddressIndex::new(&Secret::new([2; 32])));
        let tenant = |text: &str| text.parse::<TenantId>().unwrap();
        let (a, b) = (tenant("tnt_00000000000000000000000001"), tenant("tnt_00000000000000000000000002"));
        let email = |text: &str| text.parse::<Email>().unwrap();
        let budi = email("budi@example.com");
        assert_eq!(one.of(a, &budi), one.of(a, &email("Budi@Example.com")));
        assert_eq!(one.of(a, &budi).len(), 43);
        for other in [one.of(b, &budi), two.of(a, &budi), one.of(a, &email("budi@example.org"))] {
            assert_ne!(one.of(a, &budi), other);
        }
    }
}
