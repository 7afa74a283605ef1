//! `POST /api/v1/telegram/link`: a one-time code that links the caller's Telegram chat.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), the tenant's secret
//! (cached), for a customer one read of whom they act for and one of the plans in force for each, one transaction.

use axum::extract::State;
use identity::Reach;
use kernel::{LinkId, Timestamp};
use messaging::{Contacts, LinkCode, LinkError, telegram::BotName};
use serde::{Deserialize, Serialize};
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Optional, Problem, Reply};

use crate::{TelegramWrite, telegram::bots};

/// Which bot to talk to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTelegramLink {
    /// The bot's name at the tenant. When left out, the one that serves the caller's plan, for members `default`; a customer
    /// has no other.
    pub bot: Option<BotName>,
}

/// A code.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TelegramLink {
    /// What to send to the bot after `/start`.
    pub code: LinkId,
    /// Which bot it is for.
    pub bot: BotName,
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
    responses(
        (status = 201, body = Envelope<TelegramLink>),
        (status = 409, description = "BOT_NOT_CONFIGURED, BOT_OF_OTHER_PLAN")
    )
)]
pub async fn create_telegram_link(
    State(api): State<Api>,
    caller: Caller<TelegramWrite>,
    key: Optional,
    Json(body): Json<CreateTelegramLink>,
) -> Result<Reply, Problem> {
    let account = bots::account(&api, caller.tenant()).await?.ok_or(LinkError::NoBot)?;
    let name = match caller.reach {
        Reach::Tenant => body.bot.unwrap_or_default(),
        Reach::Own => {
            let parties = caller.parties_now(&api).await?;
            let own = bots::serving(&api, caller.scope, (&account, &parties)).await?;
            if let Some(named) = body.bot.filter(|named| *named != own) {
                let is_there = account.bots.contains_key(&named);
                return Err(if is_there { LinkError::OtherBot(own) } else { LinkError::NoBot }.into());
            }
            own
        }
    };
    let bot = account.bots.get(&name).ok_or(LinkError::NoBot)?;
    let code = LinkCode::new(LinkId::new(api.new_ulid()), caller.user, caller.generation(), name, api.now());
    let mut transaction = Transaction::new();
    Contacts::new(api.table(), caller.scope).insert_code(&mut transaction, &code)?;
    let url = format!("https://t.me/{}?start={}", bot.username, code.id);
    let shown = TelegramLink { code: code.id, bot: code.bot.clone(), url, expires_at: code.expires_at };
    let reply = Reply::created(&shown)?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testkit::Stack;

    use crate::telegram::room::{BOTS, SECRET};

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
            "bot": "default",
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

    #[tokio::test]
    async fn a_customer_gets_the_bot_of_the_plan_and_a_member_any() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        stack.secrets.put(format!("ruko/test/tenants/{}/telegram", tenant.id), BOTS);
        let siti = stack.user(owner.scope, "siti@example.com", identity::Role::User).await;
        let client = stack.serve(crate::function);
        let link =
            |member: &testkit::Member, body| client.post("/api/v1/telegram/link", body).bearer(&member.token).send();
        crate::telegram::room::with_plan(&stack, &siti, "PREMIUM").await;
        let answer = link(&siti, json!({})).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text("/data/bot")),
            (201, "premium".to_owned()),
            "{}",
            answer.snapshot()
        );
        assert!(answer.text("/data/url").starts_with("https://t.me/toko_premium_bot?start=lnk_"));
        assert_eq!(link(&siti, json!({"bot": "premium"})).await.status, 201);
        for (bot, code) in
            [("default", "BOT_OF_OTHER_PLAN"), ("enterprise", "BOT_OF_OTHER_PLAN"), ("vip", "BOT_NOT_CONFIGURED")]
        {
            let refused = link(&siti, json!({"bot": bot})).await;
            assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, code), "{bot}");
        }
        assert_eq!(link(&owner, json!({"bot": "enterprise"})).await.text("/data/bot"), "enterprise");
        assert_eq!(link(&owner, json!({})).await.text("/data/bot"), "default");
    }
}
