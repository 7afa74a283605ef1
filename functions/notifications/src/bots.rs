//! The tenant's bots.

use kernel::TenantId;
use messaging::telegram::{BotAccount, BotName, TelegramAccount};
use web::{Api, Problem};

/// A bot of a tenant; `None` when the tenant has no such bot. One secret, read anew every five minutes.
///
/// # Errors
/// The secret store does not answer.
pub(crate) async fn find(api: &Api, tenant: TenantId, name: &BotName) -> Result<Option<BotAccount>, Problem> {
    let Some(secret) = api.tenant_secret(tenant, "telegram").await? else { return Ok(None) };
    match serde_json::from_str::<TelegramAccount>(secret.expose()) {
        Ok(mut account) => Ok(account.bots.remove(name)),
        Err(error) => {
            // Only where in the secret, never what: serde's messages quote values.
            tracing::error!(line = error.line(), column = error.column(), "the tenant's telegram secret is malformed");
            Ok(None)
        }
    }
}

/// A bot that the tests' tenants have.
#[cfg(test)]
pub(crate) const SECRET: &str =
    r#"{"bots":{"default":{"token":"123456789:AAx","webhookSecret":"s3cret","username":"toko_bot"}}}"#;
