//! Linking a chat, letting it go, and moving it to another bot of the tenant.

use std::collections::BTreeSet;

use events::user::UserTelegramLinked;
use identity::{User, Users};
use kernel::{LinkId, Locale};
use messaging::{
    LinkCode,
    telegram::{BotReply, Button, Chat, Phrase},
};
use table::TableError;
use web::Problem;

use super::{
    ear::{Ear, Said, spoken},
    writer::Writer,
};
use crate::telegram::bots;

/// How many codes of one message are made void.
const MOST_CODES: usize = 20;

impl Ear<'_> {
    /// Links the chat to whoever asked for the code, and has them told by mail. Three or four round trips.
    pub(super) async fn link(&self, chat: Chat, argument: &str) -> Result<Said, Problem> {
        let invalid = || Ok(Said::to(chat, &BotReply::saying(Phrase::CodeInvalid.text(chat.language))));
        let Some((code, user)) = self.code(argument).await? else { return invalid() };
        let Ok(contact) = code.redeem(&self.bot, chat.id, chat.language, self.api.now()) else { return invalid() };
        let contacts = self.contacts();
        let (owner, former) =
            tokio::try_join!(contacts.owner_of(&self.bot, chat.id), contacts.telegram_of(code.user_id))?;
        let contact = contact.moved_from(former.as_ref());
        let language = contact.chosen_language.unwrap_or(chat.language);
        let mut said = Said::to(chat, &BotReply::saying(Phrase::Linked.text(language)));
        contacts.link(&mut said.transaction, &code, &contact, owner, former.as_ref())?;
        // Nothing may be kept of somebody who is being erased, or whose account somebody else takes over.
        self.users().check_active_in(&mut said.transaction, code.user_id, code.generation);
        let linked = UserTelegramLinked { user_id: user.id };
        self.api.insert_event(&mut said.transaction, self.tenant.id, self.info, user.version, &linked)?;
        Ok(said)
    }

    /// A code that works still, and who asked for it.
    async fn code(&self, argument: &str) -> Result<Option<(LinkCode, User)>, TableError> {
        let Ok(id) = argument.parse::<LinkId>() else { return Ok(None) };
        let Some(code) = self.contacts().code(id).await? else { return Ok(None) };
        let user = self.users().get(code.user_id).await?;
        Ok(user.filter(|user| user.is_active_in(code.generation)).map(|user| (code, user)))
    }

    fn users(&self) -> Users<'_> {
        Users::new(self.api.table(), self.scope())
    }

    pub(super) async fn unlink(&self, chat: Chat) -> Result<Said, Problem> {
        let writer = Writer::of(self.api, self.scope(), (&self.bot, chat)).await?;
        let language = spoken(writer.as_ref(), chat.language);
        let mut said = Said::to(chat, &BotReply::saying(Phrase::Unlinked.text(language)));
        if let Some(writer) = writer {
            self.contacts().unlink(&mut said.transaction, &writer.contact);
        }
        Ok(said)
    }

    pub(super) async fn blocked(&self, chat: Chat) -> Result<Said, Problem> {
        let mut said = Said::default();
        if let Some(writer) = Writer::of(self.api, self.scope(), (&self.bot, chat)).await? {
            self.contacts().save_blocked(&mut said.transaction, &writer.contact, self.api.now());
        }
        Ok(said)
    }

    pub(super) async fn unblocked(&self, chat: Chat) -> Result<Said, Problem> {
        let mut said = Said::default();
        if let Some(writer) = Writer::of(self.api, self.scope(), (&self.bot, chat)).await? {
            self.contacts().save_unblocked(&mut said.transaction, &writer.contact);
        }
        Ok(said)
    }

    /// What others have read links nobody's chat any more; nothing is said to it in front of them.
    pub(super) fn posted(&self, words: &[String]) -> Option<Said> {
        let codes: BTreeSet<LinkId> = words.iter().filter_map(|word| word.parse().ok()).take(MOST_CODES).collect();
        if codes.is_empty() {
            return None;
        }
        let mut said = Said::default();
        for code in codes {
            self.contacts().delete_code(&mut said.transaction, code);
        }
        Some(said)
    }

    /// Tells somebody whose plan has another bot by now, with a code that moves the chat there. Until it is moved, this one
    /// goes on. One round trip for each customer.
    pub(super) async fn tell_of_other_bot(
        &self,
        writer: &Writer,
        (chat, language): (Chat, Locale),
        said: &mut Said,
    ) -> Result<(), Problem> {
        if writer.is_member() || !writer.is_active() {
            return Ok(());
        }
        let other = bots::serving(self.api, self.scope(), (self.account, &writer.parties())).await?;
        let Some(bot) = self.account.bots.get(&other).filter(|_| other != self.bot) else { return Ok(()) };
        let (id, now) = (LinkId::new(self.api.new_ulid()), self.api.now());
        let code = LinkCode::new(id, writer.user.id, writer.user.auth_gen, other, now);
        self.contacts().insert_code(&mut said.transaction, &code)?;
        let named = [("bot", bot.username.as_str())];
        let url = format!("https://t.me/{}?start={}", bot.username, code.id);
        let reply = BotReply::saying(Phrase::OtherBot.with(language, &named))
            .row([Button::open(&Phrase::OpenOtherBot.with(language, &named), url)]);
        said.calls.extend(reply.sent_to(chat.id));
        Ok(())
    }
}

#[cfg(test)]
#[path = "linking_tests.rs"]
mod tests;
