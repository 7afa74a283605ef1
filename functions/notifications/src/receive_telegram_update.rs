//! `POST /api/v1/webhooks/telegram/{tenant}/{bot}`: Telegram tells what a bot heard.
//!
//! The secret header is the only proof of the sender. Each update is done once: its mark commits with what it changes,
//! and the answer to this call is what the bot says. Round trips: the tenant and its secret (cached), none to four reads, one
//! transaction.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use identity::Users;
use kernel::{LinkId, TenantId};
use messaging::{
    Contacts, LinkCode, LinkError,
    telegram::{self, BotName, Chat, ChatEvent, Command, CommandAction, Update, UpdateError},
};
use serde_json::{Value, json};
use table::{Race, TableError, TenantScope, TransactError, Transaction, until_settled};
use web::{Api, Problem, RawBody, Reply, WebhookSender};

use crate::bots;

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
    sender: WebhookSender,
    Path((tenant, bot)): Path<(String, String)>,
    headers: HeaderMap,
    RawBody(raw): RawBody,
) -> Result<Reply, Problem> {
    let Proven { tenant, name, bot } = match proven(&api, &sender, tenant, bot, &headers).await {
        Ok(proven) => proven,
        Err(problem) => return Err(sender.refuse(&api, problem).await),
    };
    let update = telegram::parse(&raw)?;
    let scope = TenantScope::new(tenant);
    let ear = Ear { api: &api, scope, contacts: Contacts::new(api.table(), scope), bot, tenant: &name };
    let said = ear.hear(&update).await?;
    Reply::json(StatusCode::OK, &said.unwrap_or_else(|| json!({})))
}

/// Whom the secret header proves the call to be for.
struct Proven {
    tenant: TenantId,
    /// What people call the tenant.
    name: String,
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
    let account = bots::find(api, tenant.id, &bot).await?.ok_or(UpdateError::NotFromTelegram)?;
    let secret = headers.get("x-telegram-bot-api-secret-token").and_then(|value| value.to_str().ok());
    telegram::verify(secret, &account.webhook_secret)?;
    Ok(Proven { tenant: tenant.id, name: tenant.name.as_str().to_owned(), bot })
}

/// One bot, listening.
struct Ear<'a> {
    api: &'a Api,
    scope: TenantScope,
    contacts: Contacts<'a>,
    bot: BotName,
    /// What people call the tenant.
    tenant: &'a str,
}

/// How many codes of one message are made void.
const MOST_CODES: usize = 20;
impl Ear<'_> {
    /// Does what an update asks for, and what the bot says to it.
    async fn hear(&self, update: &Update) -> Result<Option<Value>, Problem> {
        match &update.heard {
            ChatEvent::Command { chat, name, argument } => match Command::find(name).map(|command| command.action) {
                Some(CommandAction::Start) if !argument.is_empty() => self.link(update.id, *chat, argument).await,
                Some(CommandAction::Unlink) => self.unlink(update.id, *chat).await,
                Some(CommandAction::Start) => self.start(update.id, *chat).await,
                Some(CommandAction::Help) | None => self.help(update.id, *chat).await,
            },
            ChatEvent::Chatter(chat) => self.help(update.id, *chat).await,
            ChatEvent::Blocked(chat) => self.blocked(update.id, *chat).await,
            ChatEvent::Posted(words) => self.posted(update.id, words).await,
            ChatEvent::Nothing => Ok(None),
        }
    }

    /// Without a code: who is not linked learns where the link is.
    async fn start(&self, update: i64, chat: Chat) -> Result<Option<Value>, Problem> {
        if self.contact_of(chat).await?.is_some() {
            return self.help(update, chat).await;
        }
        self.once(update, Transaction::new(), say(chat, &telegram::how_to_link(chat.language, self.tenant))).await
    }

    async fn help(&self, update: i64, chat: Chat) -> Result<Option<Value>, Problem> {
        self.once(update, Transaction::new(), say(chat, &telegram::help(chat.language))).await
    }

    async fn link(&self, update: i64, chat: Chat, argument: &str) -> Result<Option<Value>, Problem> {
        until_settled(
            || TableError::Unavailable("the chat kept changing".to_owned()).into(),
            || async {
                let Ok(code) = self.code(argument).await? else {
                    return Ok(Race::Settled(
                        self.once(update, Transaction::new(), say(chat, telegram::not_linked(chat.language))).await?,
                    ));
                };
                let Ok(contact) = code.redeem(&self.bot, chat.id, chat.language, self.api.now()) else {
                    return Ok(Race::Settled(
                        self.once(update, Transaction::new(), say(chat, telegram::not_linked(chat.language))).await?,
                    ));
                };
                let (owner, former) =
                    tokio::join!(self.contacts.owner_of(&self.bot, chat.id), self.contacts.telegram_of(code.user_id));
                let mut transaction = Transaction::new();
                self.contacts.link(&mut transaction, &code, &contact, owner?, former?.as_ref())?;
                // Nothing may be kept of somebody who is being erased, or whose account somebody else takes over.
                self.users().check_active_in(&mut transaction, code.user_id, code.generation);
                match self.commit(update, transaction).await? {
                    Committed::Now => Ok(Race::Settled(Some(say(chat, telegram::linked(chat.language))))),
                    Committed::Before => Ok(Race::Settled(None)),
                    // Somebody used the code, or the chat, at the same time.
                    Committed::Not => Ok(Race::Lost),
                }
            },
        )
        .await
    }

    async fn code(&self, argument: &str) -> Result<Result<LinkCode, LinkError>, TableError> {
        let Ok(id) = argument.parse::<LinkId>() else { return Ok(Err(LinkError::BadCode)) };
        let Some(code) = self.contacts.code(id).await? else { return Ok(Err(LinkError::BadCode)) };
        let user = self.users().get(code.user_id).await?;
        let works = user.is_some_and(|user| user.is_active_in(code.generation));
        Ok(if works { Ok(code) } else { Err(LinkError::BadCode) })
    }

    fn users(&self) -> Users<'_> {
        Users::new(self.api.table(), self.scope)
    }

    async fn unlink(&self, update: i64, chat: Chat) -> Result<Option<Value>, Problem> {
        let mut transaction = Transaction::new();
        if let Some(contact) = self.contact_of(chat).await? {
            self.contacts.unlink(&mut transaction, &contact);
        }
        self.once(update, transaction, say(chat, telegram::unlinked(chat.language))).await
    }

    async fn blocked(&self, update: i64, chat: Chat) -> Result<Option<Value>, Problem> {
        let mut transaction = Transaction::new();
        if let Some(contact) = self.contact_of(chat).await? {
            self.contacts.save_blocked(&mut transaction, &contact, self.api.now());
        }
        self.once(update, transaction, Value::Null).await?;
        Ok(None)
    }

    /// What others have read links nobody's chat any more; nothing is said to it in front of them.
    async fn posted(&self, update: i64, words: &[String]) -> Result<Option<Value>, Problem> {
        let codes: BTreeSet<LinkId> = words.iter().filter_map(|word| word.parse().ok()).take(MOST_CODES).collect();
        if !codes.is_empty() {
            let mut transaction = Transaction::new();
            for code in codes {
                self.contacts.delete_code(&mut transaction, code);
            }
            self.once(update, transaction, Value::Null).await?;
        }
        Ok(None)
    }

    async fn contact_of(&self, chat: Chat) -> Result<Option<messaging::TelegramContact>, TableError> {
        let Some(owner) = self.contacts.owner_of(&self.bot, chat.id).await? else { return Ok(None) };
        let contact = self.contacts.telegram_of(owner).await?;
        Ok(contact.filter(|contact| contact.chat_id == chat.id && contact.bot == self.bot))
    }

    /// Commits, and says `said` unless the update was done before.
    async fn once(&self, update: i64, transaction: Transaction, said: Value) -> Result<Option<Value>, Problem> {
        match self.commit(update, transaction).await? {
            Committed::Now => Ok(Some(said)),
            Committed::Before => Ok(None),
            Committed::Not => Err(TableError::Unavailable("the chat was changed meanwhile".to_owned()).into()),
        }
    }

    async fn commit(&self, update: i64, mut transaction: Transaction) -> Result<Committed, Problem> {
        let mark = self.contacts.insert_update(&mut transaction, &self.bot, update, self.api.now())?;
        match self.api.table().transact(transaction).await {
            Ok(()) => Ok(Committed::Now),
            Err(TransactError::Cancelled(cancelled)) if cancelled.failed(mark).is_some() => Ok(Committed::Before),
            Err(TransactError::Cancelled(_)) => Ok(Committed::Not),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }
}

/// Whether an update was done.
enum Committed {
    /// By this call.
    Now,
    /// By an earlier one.
    Before,
    /// Something that it builds on was changed meanwhile.
    Not,
}

/// A call of the Bot API that Telegram makes for us when it gets it as an answer.
fn say(chat: Chat, text: &str) -> Value {
    json!({"method": "sendMessage", "chat_id": chat.id, "text": text})
}

#[cfg(test)]
#[path = "receive_telegram_update_tests.rs"]
pub(crate) mod tests;
