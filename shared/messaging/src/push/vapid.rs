//! Who sends a push message (RFC 8292): a token for its push service, signed with the one key of this deployment.
//!
//! The key is derived from the platform's secret, as the keys of tokens are. Browsers are subscribed with its public part,
//! so that it never changes: a new one would end every subscription.

use std::fmt;

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Fault, FaultKind, Secret, Timestamp};
use serde_json::json;

use crate::push::Endpoint;

/// How long a token works, in seconds: push services take those of a day, and clocks differ.
const LIFETIME: i64 = 12 * 3600;
/// How many numbers are tried: one in four thousand million is none of the curve.
const TRIES: u8 = 4;

/// No key can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key for Web Push can be derived")]
pub struct NoVapidKey;

impl Fault for NoVapidKey {
    fn kind(&self) -> FaultKind {
        FaultKind::Internal
    }

    fn code(&self) -> &'static str {
        "INTERNAL"
    }

    fn is_final(&self) -> bool {
        false
    }
}

/// The key of this deployment.
pub struct VapidKey {
    pair: EcdsaKeyPair,
    public: String,
}

impl VapidKey {
    /// The purpose that the key is derived for.
    pub const LABEL: &str = "web push 1";

    /// The key that `derive` makes for a purpose.
    ///
    /// # Errors
    /// It never makes one of the curve: it is not random.
    pub fn derived(derive: impl Fn(&str) -> Secret<[u8; 32]>) -> Result<Self, NoVapidKey> {
        let mut found = (0..TRIES).filter_map(|number| {
            let purpose = if number == 0 { Self::LABEL.to_owned() } else { format!("{}.{number}", Self::LABEL) };
            Self::of(&derive(&purpose))
        });
        found.next().ok_or(NoVapidKey)
    }

    fn of(private: &Secret<[u8; 32]>) -> Option<Self> {
        let key = PrivateKey::from_private_key(&ECDH_P256, private.expose()).ok()?;
        let public = key.compute_public_key().ok()?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            private.expose(),
            public.as_ref(),
        );
        Some(Self { pair: pair.ok()?, public: URL_SAFE_NO_PAD.encode(public.as_ref()) })
    }

    /// The public key, as `PushManager.subscribe` takes it: 87 characters of base64url.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The `Authorization` header of a message to this endpoint; `contact` is a `mailto:` or `https:` address of whoever
    /// sends. `None` when it cannot be signed.
    pub fn authorization(&self, endpoint: &Endpoint, contact: &str, now: Timestamp) -> Option<Secret<String>> {
        let header = URL_SAFE_NO_PAD.encode(json!({ "typ": "JWT", "alg": "ES256" }).to_string());
        let claims = json!({ "aud": endpoint.origin(), "exp": now.as_seconds() + LIFETIME, "sub": contact });
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
        Some(Secret::new(format!("vapid t={token}, k={}", self.public)))
    }
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VapidKey({})", self.public)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    fn key(byte: u8) -> VapidKey {
        VapidKey::derived(|_| Secret::new([byte; 32])).unwrap()
    }

    #[test]
    fn a_message_is_signed_for_its_service_and_for_half_a_day() {
        let endpoint = Endpoint::parse("https://fcm.googleapis.com/fcm/send/abc", None).unwrap();
        let key = key(1);
        let now: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let header = key.authorization(&endpoint, "https://api.ruko.example", now).unwrap();
        let (token, public) = header.expose().strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!((public, public.len()), (key.public(), 87));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let [_, claims] = signed.split('.').collect::<Vec<_>>()[..] else { panic!("{signed}") };
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!(
            claims,
            json!({"aud": "https://fcm.googleapis.com", "exp": now.as_seconds() + 43_200, "sub": "https://api.ruko.example"})
        );
        let public = URL_SAFE_NO_PAD.decode(public).unwrap();
        let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &public);
        verifier.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        assert!(verifier.verify(b"another", &URL_SAFE_NO_PAD.decode(signature).unwrap()).is_err());
    }

    #[test]
    fn the_key_is_the_same_every_time_and_a_number_beyond_the_curve_is_passed_over() {
        assert_eq!(key(1).public(), key(1).public());
        assert_ne!(key(1).public(), key(2).public());
        let second =
            VapidKey::derived(|purpose| Secret::new(if purpose == VapidKey::LABEL { [0; 32] } else { [2; 32] }));
        assert_eq!(second.unwrap().public(), key(2).public());
        assert!(VapidKey::derived(|_| Secret::new([0; 32])).is_err());
    }
}
