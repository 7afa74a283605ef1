//! How a browser or an app is reached.

use std::fmt;

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::push::Endpoint;

/// What kind of phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PushPlatform)]
pub enum Platform {
    /// A phone or tablet with Android.
    Android,
    /// An iPhone or iPad.
    Ios,
    /// A browser that uses Firebase's own library.
    Web,
}

/// What messages for one browser are encrypted with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenKeys", into = "WrittenKeys")]
pub struct WebKeys {
    public: [u8; 65],
    secret: [u8; 16],
}

/// As a browser writes them.
#[derive(Clone, Serialize, Deserialize)]
struct WrittenKeys {
    p256dh: String,
    auth: String,
}

impl WebKeys {
    /// Reads the keys of a subscription, `p256dh` and `auth`, both base64url.
    ///
    /// # Errors
    /// `Keys`: they are not 65 bytes that are a point of P-256, and 16.
    pub fn parse(p256dh: &str, auth: &str) -> Result<Self, DeviceError> {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| DeviceError::Keys);
        let public: [u8; 65] = bytes(p256dh)?.try_into().map_err(|_| DeviceError::Keys)?;
        let secret: [u8; 16] = bytes(auth)?.try_into().map_err(|_| DeviceError::Keys)?;
        // Whether it is a point is found by using it.
        let any = PrivateKey::from_private_key(&ECDH_P256, &[1; 32]).map_err(|_| DeviceError::Keys)?;
        agree(&any, UnparsedPublicKey::new(&ECDH_P256, &public), DeviceError::Keys, |_| Ok(()))?;
        Ok(Self { public, secret })
    }

    /// The browser's public key.
    pub(super) const fn public(&self) -> [u8; 65] {
        self.public
    }

    /// What the browser and its servers alone know.
    pub(super) const fn secret(&self) -> [u8; 16] {
        self.secret
    }
}

impl fmt::Debug for WebKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebKeys(***)")
    }
}

impl TryFrom<WrittenKeys> for WebKeys {
    type Error = DeviceError;

    fn try_from(written: WrittenKeys) -> Result<Self, DeviceError> {
        Self::parse(&written.p256dh, &written.auth)
    }
}

impl From<WebKeys> for WrittenKeys {
    fn from(keys: WebKeys) -> Self {
        Self { p256dh: URL_SAFE_NO_PAD.encode(keys.public), auth: URL_SAFE_NO_PAD.encode(keys.secret) }
    }
}

/// An app's registration at Firebase: whoever has it can write to the phone, if with the project's account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppToken(String);

impl AppToken {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AppToken {
    type Error = DeviceError;

    /// 1 to 2,048 visible ASCII characters; Firebase's have about 160.
    fn try_from(text: String) -> Result<Self, DeviceError> {
        let plain = (1..=2048).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if plain { Ok(Self(text)) } else { Err(DeviceError::Token) }
    }
}

impl From<AppToken> for String {
    fn from(token: AppToken) -> Self {
        token.0
    }
}

impl fmt::Debug for AppToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppToken(***)")
    }
}

/// How a device is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum PushAddress {
    /// A browser, by Web Push.
    Web {
        /// Where its push service takes messages.
        endpoint: Endpoint,
        /// What they are encrypted with.
        keys: WebKeys,
    },
    /// An app, by Firebase Cloud Messaging.
    Fcm {
        /// The app's registration at Firebase.
        token: AppToken,
        /// What it runs on.
        platform: Platform,
    },
}

impl PushAddress {
    /// What tells it from all others, whichever keys it has now.
    pub(super) fn named(&self) -> String {
        match self {
            Self::Web { endpoint, .. } => format!("web {}", endpoint.as_str()),
            Self::Fcm { token, .. } => format!("fcm {}", token.as_str()),
        }
    }
}

/// Why a device cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The user has as many as a user may have.
    #[error("you have 20 devices already; delete one that you do not use")]
    TooMany,
    /// The keys of a browser are no keys.
    #[error("p256dh is 65 bytes that are a point of P-256, auth is 16 bytes; both in base64url")]
    Keys,
    /// An app's registration is none.
    #[error("a token is 1 to 2048 visible ASCII characters")]
    Token,
}

impl Fault for DeviceError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::TooMany => FaultKind::Conflict,
            Self::Keys | Self::Token => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooMany => "TOO_MANY_DEVICES",
            Self::Keys | Self::Token => "INVALID_VALUE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::TooMany => false,
            Self::Keys | Self::Token => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn keys_are_keys() {
        assert!(WebKeys::parse(P256DH, AUTH).is_ok());
        assert!(WebKeys::parse(&format!("{P256DH}="), &format!("{AUTH}==")).is_ok());
        let off_the_curve = P256DH.replace("BCVx", "BCVy");
        for (p256dh, auth) in
            [("", AUTH), (P256DH, ""), (&off_the_curve, AUTH), (&P256DH[..86], AUTH), (P256DH, "BTBZ"), ("+/", AUTH)]
        {
            assert_eq!(WebKeys::parse(p256dh, auth), Err(DeviceError::Keys), "{p256dh} {auth}");
        }
    }
}
