//! `POST /api/v1/telegram/bots/{bot}/connect`: sets a bot of the tenant up at Telegram: where it tells what it hears, with its
//! secret, and its menu of commands in each language. It can be repeated at any time, and is after the secret was changed.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), the tenant's secret (cached),
//! four calls of Telegram, one transaction.

use axum::extract::State;
use kernel::{Fault, FaultKind, Locale};
use messaging::telegram::{Bot, BotAccount, BotName, Command, TelegramError};
use serde::Serialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{TELEGRAM_BOT_CONNECTED, TelegramBotsWrite, telegram::bots};

/// A bot as it is set up at Telegram.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TelegramBotView {
    /// Its name at the tenant.
    pub bot: BotName,
    /// Its name in Telegram.
    #[schema(example = "toko_bot")]
    pub username: String,
    /// Where Telegram tells what it hears.
    #[schema(example = "https://api.ruko.example/api/v1/webhooks/telegram/tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X/default")]
    pub webhook_url: String,
    /// The commands of its menu.
    #[schema(example = json!(["status", "plan"]))]
    pub commands: Vec<String>,
    /// The languages of its menu; others get the English one.
    pub languages: Vec<Locale>,
}

/// Why a bot cannot be set up.
#[derive(Debug, thiserror::Error)]
enum ConnectError {
    /// Telegram knows no bot with this token.
    #[error("Telegram knows no bot with this token: put the token that BotFather gave into the organisation's secret")]
    BadToken,
    /// The token is that of a bot with another name.
    #[error("the token is that of @{0}: put that name into the organisation's secret, or the token of the other bot")]
    OtherName(String),
    /// Telegram refused the set-up.
    #[error("Telegram refused the set-up: {0}")]
    Refused(String),
    /// Telegram does not answer, or asks to wait.
    #[error(transparent)]
    Telegram(TelegramError),
}

impl Fault for ConnectError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::BadToken | Self::OtherName(_) | Self::Refused(_) => FaultKind::Conflict,
            Self::Telegram(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BadToken => "BOT_TOKEN_INVALID",
            Self::OtherName(_) => "BOT_NAME_DIFFERS",
            Self::Refused(_) => "BOT_REFUSED",
            Self::Telegram(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::BadToken | Self::OtherName(_) | Self::Refused(_) => false,
            Self::Telegram(error) => error.is_final(),
        }
    }
}

impl From<TelegramError> for ConnectError {
    fn from(error: TelegramError) -> Self {
        match error {
            TelegramError::UnknownBot => Self::BadToken,
            TelegramError::Refused(said) | TelegramError::Unreachable(said) => Self::Refused(said),
            TelegramError::RateLimited { .. } | TelegramError::Unavailable | TelegramError::Unknown => {
                Self::Telegram(error)
            }
        }
    }
}

/// Set up a Telegram bot
///
/// Sets webhook and menu of a bot that is in the organisation's secret. Telegram then tells what people write to it. Safe to
/// repeat, and needed again after the secret was changed.
#[utoipa::path(
    post, path = "/api/v1/telegram/bots/{bot}/connect",
    responses(
        (status = 200, body = Envelope<TelegramBotView>),
        (status = 404, description = "NOT_FOUND: there is no such bot in the organisation's secret"),
        (status = 409, description = "BOT_TOKEN_INVALID, BOT_NAME_DIFFERS, BOT_REFUSED"),
        (status = 503, description = "UNAVAILABLE: Telegram does not answer; try again")
    )
)]
pub async fn connect_telegram_bot(
    State(api): State<Api>,
    caller: Caller<TelegramBotsWrite>,
    info: RequestInfo,
    Id(name): Id<BotName>,
    key: Optional,
) -> Result<Reply, Problem> {
    let account = bots::account(&api, caller.tenant()).await?;
    let bot = account.and_then(|mut account| account.bots.remove(&name)).ok_or_else(Problem::not_found)?;
    let webhook_url = format!("{}/api/v1/webhooks/telegram/{}/{name}", api.config().public_url, caller.tenant());
    set_up(&bots::client(&api, &bot), &bot, &webhook_url).await?;
    let mut transaction = Transaction::new();
    caller.entry(&api, &info, TELEGRAM_BOT_CONNECTED).about(&name).insert(&mut transaction, caller.scope)?;
    let reply = Reply::ok(&TelegramBotView {
        bot: name,
        username: bot.username,
        webhook_url,
        commands: Command::ALL.iter().map(|command| command.name().to_owned()).collect(),
        languages: Locale::ALL.to_vec(),
    })?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

/// Each step can be repeated, so that a set-up that was broken off is finished by the next.
async fn set_up(client: &Bot, bot: &BotAccount, webhook_url: &str) -> Result<(), ConnectError> {
    let username = client.username().await?;
    if !username.eq_ignore_ascii_case(&bot.username) {
        return Err(ConnectError::OtherName(username));
    }
    client.set_menu(Locale::En, None).await?;
    client.set_menu(Locale::Id, Some(Locale::Id)).await?;
    // Last: who hears knows its commands.
    client.set_webhook(webhook_url, &bot.webhook_secret).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::telegram::room::{Room, done, refused};

    const PATH: &str = "/api/v1/telegram/bots/default/connect";

    fn me(username: &str) -> (u16, serde_json::Value) {
        (200, json!({"ok": true, "result": {"id": 123_456_789, "is_bot": true, "username": username}}))
    }

    #[tokio::test]
    async fn a_bot_gets_its_webhook_and_a_menu_in_each_language() {
        let room = Room::open().await;
        room.telegram.answers([me("Toko_Bot"), done(), done(), done()]);
        let connect = || room.client.post(PATH, json!({})).bearer(&room.owner.token).idempotency_key("c1").send();
        let answer = connect().await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        let url = format!("https://api.ruko.test/api/v1/webhooks/telegram/{}/default", room.tenant.id);
        assert_eq!(
            (answer.text("/data/webhookUrl"), answer.text("/data/username")),
            (url.clone(), "toko_bot".to_owned())
        );
        assert_eq!(answer.at("/data/commands").as_array().unwrap().len(), 20);
        let asked = room.telegram.asked();
        let methods: Vec<&str> = asked.iter().map(|(method, _)| method.as_str()).collect();
        assert_eq!(methods, ["getMe", "setMyCommands", "setMyCommands", "setWebhook"]);
        assert_eq!((&asked[3].1["url"], &asked[3].1["secret_token"]), (&json!(url), &json!("s3cret")));
        assert!(!answer.text("/data").contains("s3cret"));
        // A replay asks Telegram nothing.
        assert_eq!(connect().await.body, answer.body);
        assert_eq!(room.telegram.asked().len(), 4);
        let rows = room.stack.rows().await;
        assert_eq!(rows.iter().filter(|row| row["action"] == "telegram_bot.connected").count(), 1);
    }

    #[tokio::test]
    async fn what_telegram_refuses_is_said() {
        for (answers, status, code) in [
            (vec![refused(401, "Unauthorized")], 409, "BOT_TOKEN_INVALID"),
            (vec![me("other_bot")], 409, "BOT_NAME_DIFFERS"),
            (vec![me("toko_bot"), done(), done(), refused(400, "Bad Request: bad webhook")], 409, "BOT_REFUSED"),
            (vec![refused(429, "Too Many Requests: retry after 1")], 503, "UNAVAILABLE"),
            (vec![refused(502, "Bad Gateway")], 503, "UNAVAILABLE"),
        ] {
            let room = Room::open().await;
            room.telegram.answers(answers);
            let answer = room.client.post(PATH, json!({})).bearer(&room.owner.token).send().await;
            assert_eq!(
                (answer.status.as_u16(), answer.text("/code").as_str()),
                (status, code),
                "{}",
                answer.snapshot()
            );
            assert!(!String::from_utf8_lossy(&answer.body).contains("AAx"), "no token in an error");
        }
    }

    #[tokio::test]
    async fn only_administrators_set_bots_up_and_only_those_that_are_there() {
        let room = Room::open().await;
        let connect = |bot: &str, token: &str| {
            room.client.post(format!("/api/v1/telegram/bots/{bot}/connect"), json!({})).bearer(token).send()
        };
        let none = connect("vip", &room.owner.token).await;
        assert_eq!((none.status.as_u16(), none.text("/code").as_str()), (404, "NOT_FOUND"));
        assert_eq!(connect("A%23", &room.owner.token).await.status.as_u16(), 404);
        let siti = room.stack.user(room.owner.scope, "siti@example.com", identity::Role::User).await;
        assert_eq!(connect("default", &siti.token).await.status.as_u16(), 403);
        assert!(room.telegram.asked().is_empty());
    }
}
