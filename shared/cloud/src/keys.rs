//! All platform keys, derived from one secret.

use aws_lc_rs::{hkdf, hmac};
use kernel::Secret;

/// The platform's secret, from which every key is derived by HKDF-SHA-256 under its own label: signing keys of tokens,
/// the pepper of passwords, the keys of cursors and links. One secret to store, back up and guard.
#[derive(Clone)]
pub struct PlatformKeys {
    root: hkdf::Prk,
}

impl PlatformKeys {
    /// The keys of a platform secret; it must hold at least 256 bits of randomness.
    pub fn new(secret: &Secret<String>) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"ruko platform keys v1").extract(secret.expose().as_bytes());
        Self { root }
    }

    /// The 32-byte key for a purpose, such as `cursor` or `jwt 2026-11`.
    pub fn derive(&self, purpose: &str) -> Secret<[u8; 32]> {
        let mut key = [0_u8; 32];
        let info = [purpose.as_bytes()];
        let filled = self.root.expand(&info, hkdf::HKDF_SHA256).and_then(|output| output.fill(&mut key));
        debug_assert!(filled.is_ok(), "32 bytes are within what HKDF-SHA-256 gives");
        Secret::new(key)
    }

    /// The key for message authentication under a purpose.
    pub fn hmac(&self, purpose: &str) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.derive(purpose).expose())
    }
}

impl std::fmt::Debug for PlatformKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PlatformKeys(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_has_its_own_key() {
        let keys = PlatformKeys::new(&Secret::new("a".repeat(64)));
        assert_eq!(keys.derive("cursor"), keys.derive("cursor"));
        assert_ne!(keys.derive("cursor"), keys.derive("pepper"));
        assert_ne!(keys.derive("cursor"), PlatformKeys::new(&Secret::new("b".repeat(64))).derive("cursor"));
        assert_ne!(keys.derive("cursor").expose(), &[0_u8; 32]);
    }
}
