//! `POST /api/v1/webhooks/telegram/{tenant}/{bot}`: Telegram tells what a bot heard.
//!
//! The secret header is the only proof of the sender. Each update is done once: its mark commits with what it changes,
//! and the answer to this call is the last of what the bot says; what comes before it, the bot says by itself. Round trips:
//! the tenant and its secret (cached), at most 12 reads (twice as many for somebody who acts for several customers with many
//! plans), one transaction.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::{Path, State},
};
use billing::PlanCache;
use http::{HeaderMap, StatusCode};
use messaging::telegram::{self, Bot, BotName, TelegramAccount, TelegramError, UpdateError};
use serde_json::{Value, json};
use tenancy::Tenant;
use web::{Api, Problem, RawBody, Reply, RequestInfo, WebhookSender};

use super::{bots, conversation::Ear};

/// The longest wait that Telegram may ask for and get, in seconds.
const PATIENCE_SECONDS: u32 = 2;

/// Receive a Telegram update
///
/// For Telegram only: with the bot's secret token. The answer is a call of the Bot API, or empty.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/telegram/{tenant}/{bot}",
    params(("tenant" = String, Path, description = "The tenant's id or slug"), ("bot" = String, Path, description = "The bot's name at the tenant"), ("X-Telegram-Bot-Api-Secret-Token" = String, Header, description = "The bot's webhook secret")),
    request_body(
        content = Object, description = "An update, as Telegram sends it",
        example = json!({ "update_id": 700_001, "message": {
            "message_id": 12, "date": 1_750_000_000, "text": "/help", "chat": { "id": 42, "type": "private" }
        } })
    ),
    responses(
        (status = 200, description = "Done"), (status = 401, description = "INVALID_SIGNATURE"),
        (status = 429, description = "RATE_LIMITED: too many refused calls from one address")
    )
)]
pub async fn receive_telegram_update(
    State(api): State<Api>,
    Extension(plans): Extension<Arc<PlanCache>>,
    sender: WebhookSender,
    info: RequestInfo,
    Path((tenant, bot)): Path<(String, String)>,
    headers: HeaderMap,
    RawBody(raw): RawBody,
) -> Result<Reply, Problem> {
    let Proven { tenant, account, bot } = match proven(&api, &sender, tenant, bot, &headers).await {
        Ok(proven) => proven,
        Err(problem) => return Err(sender.refuse(&api, problem).await),
    };
    let update = telegram::parse(&raw)?;
    let client = account.bots.get(&bot).map(|bot| bots::client(&api, bot));
    let ear = Ear { api: &api, plans: &plans, tenant: &tenant, info: &info, bot, account: &account };
    let calls = ear.hear(&update).await?;
    let Some((last, before)) = calls.split_last() else { return Reply::json(StatusCode::OK, &json!({})) };
    if let Some(client) = client {
        for call in before {
            make(&client, call).await;
        }
    }
    Reply::json(StatusCode::OK, last)
}

/// What cannot be said is not said: the update is done, and its user asks again.
async fn make(client: &Bot, call: &Value) {
    let made = match client.make(call).await {
        Err(TelegramError::RateLimited { retry_after_seconds }) if retry_after_seconds <= PATIENCE_SECONDS => {
            tokio::time::sleep(Duration::from_secs(retry_after_seconds.into())).await;
            client.make(call).await
        }
        made => made,
    };
    if let Err(error) = made {
        tracing::warn!(%error, "a part of what a bot says was not taken");
    }
}

/// Whom the secret header proves the call to be for.
struct Proven {
    tenant: Tenant,
    account: TelegramAccount,
    bot: BotName,
}

async fn proven(
    api: &Api,
    sender: &WebhookSender,
    tenant: String,
    bot: String,
    headers: &HeaderMap,
) -> Result<Proven, Problem> {
    let bot: BotName = bot.parse().map_err(|_| UpdateError::NotFromTelegram)?;
    let tenant = sender.tenant(api, &tenant).await?.ok_or(UpdateError::NotFromTelegram)?;
    let account = bots::account(api, tenant.id).await?.ok_or(UpdateError::NotFromTelegram)?;
    let own = account.bots.get(&bot).ok_or(UpdateError::NotFromTelegram)?;
    let secret = headers.get("x-telegram-bot-api-secret-token").and_then(|value| value.to_str().ok());
    telegram::verify(secret, &own.webhook_secret)?;
    Ok(Proven { tenant, account, bot })
}

#[cfg(test)]
#[path = "receive_telegram_update_tests.rs"]
mod tests;
