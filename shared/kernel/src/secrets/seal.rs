//! Sealed bytes: AES-256-GCM (NIST SP 800-38D) under one key, with a random nonce, bound to the place that they are for.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use crate::Secret;

/// Seals and opens under one key. What is sealed is the nonce of 12 bytes, the ciphertext and the tag of 16, in this
/// order: what was ever stored must open.
pub struct Seal(RandomizedNonceKey);

/// The bytes cannot be sealed: a fault in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("AES-256-GCM cannot seal this")]
pub struct SealError;

impl Seal {
    /// The seal of a key.
    ///
    /// # Errors
    /// AES-256 cannot use the key: never for 32 bytes.
    pub fn new(key: &Secret<[u8; 32]>) -> Result<Self, SealError> {
        RandomizedNonceKey::new(&AES_256_GCM, key.expose()).map(Self).map_err(|_| SealError)
    }

    /// `bytes`, sealed anew each time; they open only with the same `binding`.
    ///
    /// # Errors
    /// More than AES-GCM can seal, which is 64 GiB.
    pub fn close(&self, mut bytes: Vec<u8>, binding: impl AsRef<[u8]>) -> Result<Vec<u8>, SealError> {
        let nonce = self.0.seal_in_place_append_tag(Aad::from(binding), &mut bytes).map_err(|_| SealError)?;
        Ok([nonce.as_ref().as_slice(), &bytes].concat())
    }

    /// What was sealed with this `binding`; `None` for anything else.
    pub fn open(&self, sealed: &[u8], binding: impl AsRef<[u8]>) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, bytes) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = Zeroizing::new(bytes.to_vec());
        let length = self.0.open_in_place(nonce, Aad::from(binding), &mut bytes).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> Seal {
        Seal::new(&Secret::new([7; 32])).unwrap()
    }

    #[test]
    fn what_another_implementation_sealed_opens() {
        // Made by Python's `cryptography`: AESGCM(bytes([7]) * 32).encrypt(bytes(range(12)), b"Budi", b"here").
        let sealed = [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 90, 244, 141, 25, 50, 89, 221, 34, 223, 43, 58, 107, 51, 183, 40,
            132, 126, 241, 79, 193,
        ];
        assert_eq!(seal().open(&sealed, "here").unwrap().as_slice(), b"Budi");
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_alone() {
        let sealed = seal().close(b"Budi".to_vec(), "here").unwrap();
        assert_eq!(sealed.len(), 12 + 4 + 16);
        assert_eq!(seal().open(&sealed, "here").unwrap().as_slice(), b"Budi");
        assert_ne!(sealed, seal().close(b"Budi".to_vec(), "here").unwrap());
        assert!(seal().open(&sealed, "there").is_none());
        assert!(Seal::new(&Secret::new([8; 32])).unwrap().open(&sealed, "here").is_none());
        for changed in 0..sealed.len() {
            let mut bytes = sealed.clone();
            bytes[changed] ^= 1;
            assert!(seal().open(&bytes, "here").is_none(), "byte {changed}");
            assert!(seal().open(&sealed[..changed], "here").is_none(), "{changed} bytes");
        }
    }
}
