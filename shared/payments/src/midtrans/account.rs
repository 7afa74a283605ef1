//! A tenant's account at Midtrans.

use kernel::Secret;
use serde::Deserialize;

/// The content of the tenant's secret `ruko/<stage>/tenants/<tenantId>/midtrans`, such as
/// `{"merchantId":"G141532850","serverKey":"SB-Mid-server-…","clientKey":"SB-Mid-client-…","environment":"sandbox"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MidtransAccount {
    /// The merchant, such as `G141532850`; word of any other merchant is set aside.
    #[serde(alias = "merchant_id")]
    pub merchant_id: String,
    /// Authenticates our calls and, unless overridden, signs notifications.
    #[serde(alias = "server_key")]
    pub server_key: Secret<String>,
    /// Public: the payer's browser makes card tokens with it.
    #[serde(alias = "client_key")]
    pub client_key: String,
    /// Which of Midtrans' worlds the keys belong to.
    pub environment: Environment,
    /// Signs notifications instead of the server key, where the dashboard offers such a key.
    #[serde(default, alias = "signature_key_override")]
    pub signature_key_override: Option<Secret<String>>,
}

/// Midtrans' two worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Play money.
    Sandbox,
    /// Money.
    Production,
}

impl MidtransAccount {
    /// The key that notifications are signed with.
    pub fn signature_key(&self) -> &Secret<String> {
        self.signature_key_override.as_ref().unwrap_or(&self.server_key)
    }
}

impl Environment {
    /// Where the Core API of this world answers.
    pub const fn url(self) -> &'static str {
        match self {
            Self::Sandbox => "https://api.sandbox.midtrans.com",
            Self::Production => "https://api.midtrans.com",
        }
    }

    /// Where Snap answers.
    pub const fn snap_url(self) -> &'static str {
        match self {
            Self::Sandbox => "https://app.sandbox.midtrans.com/snap/v1",
            Self::Production => "https://app.midtrans.com/snap/v1",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn account() -> MidtransAccount {
        serde_json::from_str(
            r#"{"merchantId":"G141532850","serverKey":"SB-Mid-server-TESTKEY1234567890",
                "clientKey":"SB-Mid-client-TEST","environment":"sandbox"}"#,
        )
        .unwrap()
    }

    #[test]
    fn an_account_shows_no_key() {
        let shown = format!("{:?}", account());
        assert!(!shown.contains("TESTKEY"), "{shown}");
        assert_eq!(account().signature_key().expose(), "SB-Mid-server-TESTKEY1234567890");
        assert_eq!(account().environment.url(), "https://api.sandbox.midtrans.com");
    }

    #[test]
    fn snake_case_names_and_another_signature_key_are_read_too() {
        let account: MidtransAccount = serde_json::from_str(
            r#"{"merchant_id":"G1","server_key":"a","client_key":"b","environment":"production","signature_key_override":"c"}"#,
        )
        .unwrap();
        assert_eq!(account.signature_key().expose(), "c");
        assert_eq!(account.environment, Environment::Production);
    }
}
