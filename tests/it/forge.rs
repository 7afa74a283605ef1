//! Tokens as an attacker would make them, and as only we could: signed with the platform's own key and wrong in one thing.

use aws_lc_rs::{digest, hmac, signature::Ed25519KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use testkit::Stack;

/// Makes tokens out of a good one.
pub(crate) struct Forge {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    key: Ed25519KeyPair,
    public: Vec<u8>,
}

const PERIOD: i64 = 30 * 24 * 3600;

impl Forge {
    /// The header and claims of a good token, and the key of `periods` before the present one.
    pub(crate) fn of(stack: &Stack, token: &str, periods: i64) -> Self {
        let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
        let mut read = || serde_json::from_slice::<Value>(&parts.next().unwrap()).unwrap();
        let (mut header, claims) = (read(), read());
        let period = stack.ctx().now().as_seconds().div_euclid(PERIOD) - periods;
        let seed = stack.ctx().ports().keys.derive(&format!("jwt {period}"));
        let key = Ed25519KeyPair::from_seed_unchecked(seed.expose()).unwrap();
        let public = aws_lc_rs::signature::KeyPair::public_key(&key).as_ref().to_vec();
        let thumb = digest::digest(&digest::SHA256, &public);
        header["kid"] = json!(URL_SAFE_NO_PAD.encode(&thumb.as_ref()[..12]));
        Self { header, claims, key, public }
    }

    /// Signed as we sign.
    pub(crate) fn signed(&self, header: &Value, claims: &str) -> String {
        let text = unsigned(header, claims);
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(text.as_bytes()));
        format!("{text}.{signature}")
    }

    /// Signed as we sign, with one claim changed; null takes it away.
    pub(crate) fn with_claim(&self, name: &str, value: &Value) -> String {
        let mut claims = self.claims.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
        self.signed(&self.header, &claims.to_string())
    }

    /// Signed as we sign, with one header parameter changed.
    pub(crate) fn with_header(&self, name: &str, value: &Value) -> String {
        let mut header = self.header.clone();
        header[name] = value.clone();
        self.signed(&header, &self.claims.to_string())
    }

    /// Signed by HMAC with the bytes of our public key as the secret.
    pub(crate) fn confused(&self) -> String {
        let mut header = self.header.clone();
        header["alg"] = json!("HS256");
        let text = unsigned(&header, &self.claims.to_string());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.public), text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
    }
}

/// Header and claims without a signature.
pub(crate) fn unsigned(header: &Value, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims))
}
