//! Secrets of endpoints, and signatures with them: Standard Webhooks 1.0, symmetric (`v1`)
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{EventId, Timestamp};
use serde::{Deserialize, Serialize};

/// What the text of a secret begins with.
const PREFIX: &str = "whsec_";

/// What a receiver checks signatures with: `whsec_` and 32 random bytes in base64. Sealed in the table, shown when it is made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookSecret(String);

impl WebhookSecret {
    /// A secret of random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", STANDARD.encode(random)))
    }

    /// Its text, for the answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn key(&self) -> hmac::Key {
        let bytes = self.0.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
        // A secret that was stored is one that was made above; of another one the text itself is the key.
        hmac::Key::new(hmac::HMAC_SHA256, &bytes.unwrap_or_else(|| self.0.clone().into_bytes()))
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// The header `webhook-signature` of a message: one signature for each secret, with blanks between them. What is signed is
/// `<id>.<seconds since 1970>.<body>`.
pub fn sign<'a>(
    secrets: impl IntoIterator<Item = &'a WebhookSecret>,
    id: EventId,
    sent_at: Timestamp,
    body: &str,
) -> String {
    let signed = format!("{id}.{}.{body}", sent_at.as_seconds());
    let one = |secret: &WebhookSecret| {
        format!("v1,{}", STANDARD.encode(hmac::sign(&secret.key(), signed.as_bytes()).as_ref()))
    };
    secrets.into_iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries, but for the id: ours are ids of events.
    #[test]
    fn a_signature_is_as_the_standard_says() {
        let secret = WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let signed = hmac::sign(&secret.key(), br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#);
        assert_eq!(STANDARD.encode(signed.as_ref()), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_message_is_signed_with_each_secret() {
        let (old, new) = (WebhookSecret::new([1; 32]), WebhookSecret::new([2; 32]));
        let id = "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let at = "2026-11-21T01:00:00.999Z".parse().unwrap();
        let both = sign([&new, &old], id, at, "{}");
        assert_eq!(both, format!("{} {}", sign([&new], id, at, "{}"), sign([&old], id, at, "{}")));
        assert_eq!(both.matches("v1,").count(), 2);
        let expected = hmac::sign(&new.key(), format!("{id}.1795222800.{{}}").as_bytes());
        assert_eq!(sign([&new], id, at, "{}"), format!("v1,{}", STANDARD.encode(expected.as_ref())));
        for other in [sign([&new], id, at, "{} "), sign([&new], id, at.plus(jiff::SignedDuration::from_secs(1)), "{}")]
        {
            assert_ne!(other, sign([&new], id, at, "{}"));
        }
    }

    #[test]
    fn a_secret_has_32_bytes_and_is_never_printed() {
        let secret = WebhookSecret::new([7; 32]);
        assert_eq!((secret.expose().len(), format!("{secret:?}").as_str()), (6 + 44, "WebhookSecret(…)"));
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }
}
