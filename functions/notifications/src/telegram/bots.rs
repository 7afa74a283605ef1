//! The tenant's bots, and which of them serves whom.

use allowances::PlanVersion;
use kernel::{Party, TenantId};
use messaging::telegram::{Bot, BotAccount, BotName, TelegramAccount};
use table::{TableError, TenantScope};
use web::{Api, Problem};

/// The bots of a tenant; `None` when it has none. One secret, read anew every five minutes.
///
/// # Errors
/// The secret store does not answer.
pub(crate) async fn account(api: &Api, tenant: TenantId) -> Result<Option<TelegramAccount>, Problem> {
    let Some(secret) = api.tenant_secret(tenant, "telegram").await? else { return Ok(None) };
    match serde_json::from_str::<TelegramAccount>(secret.expose()) {
        Ok(account) => Ok(Some(account)),
        Err(error) => {
            // Only where in the secret, never what: serde's messages quote values.
            tracing::error!(line = error.line(), column = error.column(), "the tenant's telegram secret is malformed");
            Ok(None)
        }
    }
}

/// Which bot serves whoever acts for these customers. One round trip for each customer, side by side.
///
/// # Errors
/// Those of the table.
pub(crate) async fn serving(
    api: &Api,
    scope: TenantScope,
    (account, parties): (&TelegramAccount, &[Party]),
) -> Result<BotName, TableError> {
    let plans = allowances::of_customers(api.table(), scope, parties).await?;
    Ok(account.bot_for(plans.iter().map(PlanVersion::key)))
}

/// The bot, ready to call Telegram.
pub(crate) fn client(api: &Api, bot: &BotAccount) -> Bot {
    let base_url = api.config().providers.telegram.as_deref();
    Bot::new(api.ports().http.client(), base_url, bot.token.clone())
}
