//! In Telegram.

use std::time::Duration;

use async_trait::async_trait;
use messaging::{
    Contacts, Outcome, TelegramContact,
    telegram::{Bot, Sent, TelegramAccount, TelegramError, Text},
};
use table::{TransactError, Transaction};

use crate::{MessengerError, carriers::carrier::Carrier, letters::letter::Letter, office::Office};

/// The longest wait that Telegram may ask for and get at once, in seconds; after a longer one the message comes again.
const PATIENCE_SECONDS: u32 = 3;

/// To the chat that the reader linked, through the tenant's bot: as much of it as they told the bot to bring, in the language
/// that they told it to speak.
pub(crate) struct ByTelegram<'a>(pub(crate) &'a Office<'a>);

#[async_trait]
impl Carrier for ByTelegram<'_> {
    async fn send(&self, letter: &Letter) -> Result<Outcome, MessengerError> {
        let contacts = Contacts::new(self.0.ctx.table(), self.0.scope);
        let user = letter.reader.user.ok_or(MessengerError::Void("there is no user to write to"))?;
        let contact = contacts.telegram_of(user).await?.filter(|contact| contact.blocked_at.is_none());
        let contact = contact.ok_or(MessengerError::Void("there is no chat to write to"))?;
        if !contact.alerts.wants(letter.kind.key.as_str(), letter.kind.priority, self.0.ctx.now()) {
            return Err(MessengerError::Void("the user wants no such message in the chat now"));
        }
        let bot = self.bot(&contact).await?;
        let rendered = letter.render(contact.chosen_language.unwrap_or(letter.reader.language))?;
        let text = Text { markdown: &rendered.markdown, plain: &rendered.text };
        Ok(match send_patiently(&bot, contact.chat_id, text).await {
            Ok(sent) => {
                if let Some(chat_id) = sent.moved_to {
                    let mut transaction = Transaction::new();
                    contacts.save_moved(&mut transaction, &contact, chat_id)?;
                    self.note(transaction).await;
                }
                Outcome::Sent { id: sent.message_id.to_string() }
            }
            Err(error @ TelegramError::Unreachable(_)) => {
                tracing::info!(user.id = %user, %error, "the user's chat is closed to the bot");
                let mut transaction = Transaction::new();
                contacts.save_blocked(&mut transaction, &contact, self.0.ctx.now());
                self.note(transaction).await;
                Outcome::Never { reason: error.to_string() }
            }
            Err(error @ TelegramError::Refused(_)) => {
                tracing::error!(%error, "a message can never be sent");
                Outcome::Never { reason: error.to_string() }
            }
            Err(TelegramError::Unknown) => Outcome::Unknown,
            Err(error @ TelegramError::RateLimited { retry_after_seconds }) => {
                let after = Some(Duration::from_secs(retry_after_seconds.into()));
                Outcome::Throttled { after, reason: error.to_string() }
            }
            Err(error @ (TelegramError::UnknownBot | TelegramError::Unavailable)) => {
                Outcome::Later { after: None, reason: error.to_string() }
            }
        })
    }
}

impl ByTelegram<'_> {
    /// The bot that the contact talks to.
    async fn bot(&self, contact: &TelegramContact) -> Result<Bot, MessengerError> {
        let mut account = self.0.account::<TelegramAccount>("telegram").await?;
        let Some(account) = account.bots.remove(&contact.bot) else {
            tracing::warn!(tenant.id = %self.0.tenant.id, bot = %contact.bot, "a linked chat's bot is not configured");
            return Err(MessengerError::NoAccount("the chat's bot"));
        };
        let ctx = self.0.ctx;
        Ok(Bot::new(ctx.ports().http.client(), ctx.config().providers.telegram.as_deref(), account.token))
    }

    /// Writes what was learnt of a contact. When it was linked anew meanwhile, that counts more; when the store fails, the
    /// next message learns the same, whereas this one must not be sent again.
    async fn note(&self, transaction: Transaction) {
        match self.0.ctx.table().transact(transaction).await {
            Ok(()) | Err(TransactError::Cancelled(_)) => {}
            Err(TransactError::Table(error)) => tracing::warn!(%error, "what was learnt of a chat is not noted"),
        }
    }
}

async fn send_patiently(bot: &Bot, chat: i64, text: Text<'_>) -> Result<Sent, TelegramError> {
    match bot.send(chat, text).await {
        Err(TelegramError::RateLimited { retry_after_seconds }) if retry_after_seconds <= PATIENCE_SECONDS => {
            tokio::time::sleep(Duration::from_secs(retry_after_seconds.into())).await;
            bot.send(chat, text).await
        }
        other => other,
    }
}
