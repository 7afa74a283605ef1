//! Sealed text: what callers or the table keep for us, and nobody but us can read, change or use in another place.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cloud::PlatformKeys;

use crate::{Problem, answers::problem::missing};

/// Seals and opens under the platform's key for one purpose.
pub(crate) struct TextSeal(kernel::Seal);

impl TextSeal {
    /// The seal for a purpose, such as `cursor`.
    pub(crate) fn new(keys: &PlatformKeys, purpose: &str) -> Result<Self, Problem> {
        kernel::Seal::new(&keys.derive(purpose)).map(Self).map_err(|_| missing("a key to seal with"))
    }

    /// Text that opens only with the same `binding`.
    pub(crate) fn close(&self, bytes: Vec<u8>, binding: &str) -> Result<String, Problem> {
        let sealed = self.0.close(bytes, binding).map_err(|_| missing("sealed bytes"))?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What was sealed with this `binding`; `None` for anything else.
    pub(crate) fn open(&self, text: &str, binding: &str) -> Option<Vec<u8>> {
        let plain = self.0.open(&URL_SAFE_NO_PAD.decode(text).ok()?, binding)?;
        Some(plain.to_vec())
    }
}
