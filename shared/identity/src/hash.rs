//! Hashes of texts that must not stand in keys and rows themselves.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// SHA-256 in base64url.
pub(crate) fn text_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// What stands for a username in the key that keeps it unique.
pub fn username_hash(username: &str) -> String {
    text_hash(username)
}
