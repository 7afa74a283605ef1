//! `POST /api/v1/telegram/link`: a one-time code that links the caller's Telegram chat.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), the tenant's secret
//! (cached), one transaction.

use axum::extract::State;
use kernel::{LinkId, Timestamp};
use messaging::{Contacts, LinkCode, LinkError, telegram::BotName};
use serde::{Deserialize, Serialize};
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Optional, Problem, Reply};

use crate::{TelegramWrite, bots};

/// Which bot to talk to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTelegramLink {
    /// The bot's name at the tenant; `default` unless told.
    #[serde(default)]
    pub bot: BotName,
}

/// A code.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TelegramLink {
    /// What to send to the bot after `/start`.
    pub code: LinkId,
    /// Opens the bot with the code.
    #[schema(example = "https://t.me/toko_bot?start=lnk_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub url: String,
    /// Until when the code works.
    pub expires_at: Timestamp,
}

/// Create a Telegram link code
///
/// The code works once, for 15 minutes, and ends with the user's sessions. One that is posted in a group is void.
#[utoipa::path(
    post, path = "/api/v1/telegram/link",
    responses((status = 201, body = Envelope<TelegramLink>), (status = 409, description = "BOT_NOT_CONFIGURED"))
)]
pub async fn create_telegram_link(
    State(api): State<Api>,
    caller: Caller<TelegramWrite>,
    key: Optional,
    Json(body): Json<CreateTelegramLink>,
) -> Result<Reply, Problem> {
    let bot = bots::find(&api, caller.tenant(), &body.bot).await?.ok_or(LinkError::NoBot)?;
    let code = LinkCode::new(LinkId::new(api.new_ulid()), caller.user, caller.generation(), body.bot, api.now());
    let mut transaction = Transaction::new();
    Contacts::new(api.table(), caller.scope).insert_code(&mut transaction, &code)?;
    let url = format!("https://t.me/{}?start={}", bot.username, code.id);
    let reply = Reply::created(&TelegramLink { code: code.id, url, expires_at: code.expires_at })?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testkit::Stack;

    use crate::bots::SECRET;

    #[tokio::test]
    async fn a_user_gets_a_code_for_the_tenants_bot() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let link = |body| client.post("/api/v1/telegram/link", body).bearer(&owner.token);
        let none = link(json!({})).send().await;
        assert_eq!((none.status.as_u16(), none.text("/code").as_str()), (409, "BOT_NOT_CONFIGURED"));
        stack.secrets.put(format!("ruko/test/tenants/{}/telegram", tenant.id), SECRET);
        let answer = link(json!({})).idempotency_key("l1").send().await;
        insta::assert_snapshot!(answer.snapshot(), @r#"
        201 Created
        {
          "data": {
            "code": "lnk_01M7XSW1M00000000000000009",
            "expiresAt": "2026-11-21T01:15:00.000Z",
            "url": "https://t.me/toko_bot?start=lnk_01M7XSW1M00000000000000009"
          },
          "success": true
        }
        "#);
        let again = link(json!({})).idempotency_key("l1").send().await;
        assert_eq!((again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (answer.body, "true"));
        assert_eq!(link(json!({"bot": "premium"})).send().await.text("/code"), "BOT_NOT_CONFIGURED");
        assert_eq!(link(json!({"bot": "A#"})).send().await.text("/code"), "VALIDATION_FAILED");
        assert_eq!(link(json!({"chat": 1})).send().await.text("/code"), "UNKNOWN_FIELD");
        let nobody = client.post("/api/v1/telegram/link", json!({})).send().await;
        assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    }

    #[tokio::test]
    async fn a_customer_links_a_chat_with_a_plan_that_includes_it() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        stack.secrets.put(format!("ruko/test/tenants/{}/telegram", tenant.id), SECRET);
        let siti = stack.user(owner.scope, "siti@example.com", identity::Role::User).await;
        let client = stack.serve(crate::function);
        let link = || client.post("/api/v1/telegram/link", json!({})).bearer(&siti.token);
        for _ in 0..2 {
            let refused = link().send().await;
            assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "PLAN_LIMIT"));
            assert!(refused.text("/detail").contains("GET /api/v1/plans"), "{}", refused.snapshot());
        }
        // What was linked under a larger plan can be let go under any.
        let unlinked = client.call(http::Method::DELETE, "/api/v1/telegram/link").bearer(&siti.token).send().await;
        assert_eq!(unlinked.status, 200);
        stack.with_full_access(&siti).await;
        assert_eq!(link().send().await.status, 201, "at once, though the environment knew better");
        assert_eq!(link().send().await.status, 201);
    }
}
