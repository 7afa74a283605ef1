//! A tenant's account at EasyPost.

use kernel::Secret;
use serde::Deserialize;

/// The content of the tenant's secret `ruko/<stage>/tenants/<tenantId>/easypost`, such as
/// `{"apiKey":"EZTK…","webhookSecret":"…"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EasyPostAccount {
    /// Its key, of the test or the production world.
    #[serde(alias = "api_key")]
    pub api_key: Secret<String>,
    /// What its calls are signed with; without one they are not believed, and parcels are asked about.
    #[serde(default, alias = "webhook_secret")]
    pub webhook_secret: Option<Secret<String>>,
}

impl EasyPostAccount {
    /// Whether its calls can be believed.
    pub fn hears(&self) -> bool {
        self.webhook_secret.as_ref().is_some_and(|secret| !secret.expose().is_empty())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn account() -> EasyPostAccount {
        serde_json::from_str(r#"{"apiKey":"EZTKtest0123456789","webhookSecret":"whsec_easypost"}"#).unwrap()
    }

    #[test]
    fn an_account_shows_no_key() {
        let shown = format!("{:?}", account());
        assert!(!shown.contains("EZTKtest") && !shown.contains("whsec"), "{shown}");
        assert!(account().hears());
        let silent: EasyPostAccount = serde_json::from_str(r#"{"api_key":"k","webhook_secret":""}"#).unwrap();
        assert!(!silent.hears());
    }
}
