//! Hashes as lower-case hex.

use aws_lc_rs::digest::{Algorithm, SHA256, SHA512, digest};

/// SHA-256 of `bytes`, 64 characters.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hashed(&SHA256, bytes)
}

/// SHA-512 of `bytes`, 128 characters.
pub(crate) fn sha512_hex(bytes: &[u8]) -> String {
    hashed(&SHA512, bytes)
}

fn hashed(algorithm: &'static Algorithm, bytes: &[u8]) -> String {
    hex(digest(algorithm, bytes).as_ref())
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(half), 16));
        }
    }
    text
}

/// What stands for a provider's name of a transaction in the key that says of which payment it is.
pub fn transaction_hash(transaction_id: &str) -> String {
    sha256_hex(transaction_id.as_bytes())
}
