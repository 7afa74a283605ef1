//! The signature of an event: HMAC-SHA256 over the raw body, under the NFKD form of the webhook's secret.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign as hmac_sign, verify as hmac_verify};
use kernel::Secret;
use unicode_normalization::UnicodeNormalization;

use crate::digest::{bytes_of, hex};

/// What the header begins with.
const SCHEME: &str = "hmac-sha256-hex=";

/// Whether the header `X-Hmac-Signature` is of the body as it came. The comparison takes the same time whatever it finds.
pub(super) fn is_signed(header: &str, body: &[u8], secret: &Secret<String>) -> bool {
    let tag = header.strip_prefix(SCHEME).and_then(bytes_of);
    // An empty secret is no secret.
    let tag = tag.filter(|_| !secret.expose().is_empty());
    tag.is_some_and(|tag| hmac_verify(&key_of(secret), body, &tag).is_ok())
}

/// The header that EasyPost signs a body with.
pub fn sign(body: &[u8], secret: &Secret<String>) -> String {
    format!("{SCHEME}{}", hex(hmac_sign(&key_of(secret), body).as_ref()))
}

fn key_of(secret: &Secret<String>) -> Key {
    let normal: String = secret.expose().nfkd().collect();
    Key::new(HMAC_SHA256, normal.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What EasyPost's own library accepts: name, secret, body, signature.
    const VECTORS: [(&str, &str, &str, &str); 2] = [
        (
            "E1",
            "whsec_easypost",
            r#"{"id":"evt_123","object":"Event","description":"tracker.updated"}"#,
            "4e18e4b6670fa647a9b82a2d0675941c11fa61187d468cdfb286aec8bcad0165",
        ),
        (
            "E2",
            "sécret",
            r#"{"result":{"weight":614.4}}"#,
            "42e0657d576d4cf83b7ee70f786314b86e914d06a932320a83e41fb256cdaae5",
        ),
    ];

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn easypost_e1_and_e2_are_accepted_and_made() {
        for (name, key, body, tag) in VECTORS {
            let header = format!("hmac-sha256-hex={tag}");
            assert!(is_signed(&header, body.as_bytes(), &secret(key)), "{name}");
            assert_eq!(sign(body.as_bytes(), &secret(key)), header, "{name}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let (_, key, body, tag) = VECTORS[0];
        let header = format!("hmac-sha256-hex={tag}");
        assert!(!is_signed(&header, format!("{body} ").as_bytes(), &secret(key)), "another body");
        assert!(!is_signed(&header, body.as_bytes(), &secret("whsec_other")));
        assert!(!is_signed(&header, body.as_bytes(), &secret("")));
        for bad in [String::new(), tag.to_owned(), format!("hmac-sha256-hex={}", &tag[..62]), header.to_uppercase()] {
            assert!(!is_signed(&bad, body.as_bytes(), &secret(key)), "{bad}");
        }
    }
}
