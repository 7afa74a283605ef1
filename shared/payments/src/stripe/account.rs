//! A tenant's account at Stripe.

use kernel::Secret;
use serde::Deserialize;

/// The content of the tenant's secret `ruko/<stage>/tenants/<tenantId>/stripe`, such as
/// `{"secretKey":"sk_live_…","publishableKey":"pk_live_…","webhookSecrets":["whsec_…"]}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StripeAccount {
    /// Authenticates our calls; a restricted key (`rk_…`) does too, when it may write payment intents, refunds,
    /// customers and setup intents.
    #[serde(alias = "secret_key")]
    pub secret_key: Secret<String>,
    /// Public: the payer's browser makes payment methods with it.
    #[serde(alias = "publishable_key")]
    pub publishable_key: String,
    /// The signing secrets of the webhook endpoints that lead here: two while one is rolled over, or where a second
    /// endpoint sends another version.
    #[serde(alias = "webhook_secrets")]
    pub webhook_secrets: Vec<Secret<String>>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn account() -> StripeAccount {
        serde_json::from_str(
            r#"{"secretKey":"sk_test_4eC39HqLyjWDarjtT1zdp7dc","publishableKey":"pk_test_1",
                "webhookSecrets":["whsec_test_secret","whsec_5f4dcc3b5aa765d61d8327deb882cf99"]}"#,
        )
        .unwrap()
    }

    #[test]
    fn an_account_shows_no_key() {
        let shown = format!("{:?}", account());
        assert!(!shown.contains("4eC39") && !shown.contains("whsec"), "{shown}");
    }

    #[test]
    fn snake_case_names_are_read_too() {
        let text = r#"{"secret_key":"sk_test_a","publishable_key":"pk","webhook_secrets":[]}"#;
        let account: StripeAccount = serde_json::from_str(text).unwrap();
        assert_eq!((account.secret_key.expose().as_str(), account.webhook_secrets.len()), ("sk_test_a", 0));
    }
}
