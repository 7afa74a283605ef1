//! Sealed bytes: what callers or the table keep for us, and nobody but us can read, change or use in another place.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cloud::PlatformKeys;

use crate::{Problem, requests::request::missing};

/// Seals and opens under the platform's key for one purpose.
pub(crate) struct Seal(RandomizedNonceKey);

impl Seal {
    /// The seal for a purpose, such as `cursor`.
    pub(crate) fn new(keys: &PlatformKeys, purpose: &str) -> Result<Self, Problem> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, keys.derive(purpose).expose());
        key.map(Self).map_err(|_| missing("a key to seal with"))
    }

    /// Text that opens only with the same `binding`.
    pub(crate) fn close(&self, mut bytes: Vec<u8>, binding: &str) -> Result<String, Problem> {
        let nonce = self.0.seal_in_place_append_tag(Aad::from(binding.as_bytes()), &mut bytes);
        let mut sealed = nonce.map_err(|_| missing("sealed bytes"))?.as_ref().to_vec();
        sealed.append(&mut bytes);
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What was sealed with this `binding`; `None` for anything else.
    pub(crate) fn open(&self, text: &str, binding: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, bytes) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = bytes.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(binding.as_bytes()), &mut bytes).ok()?;
        Some(plain.to_vec())
    }
}
