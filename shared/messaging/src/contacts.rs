//! Where users can be reached outside of mail, and the one-time codes by which they tell us.
//!
//! `CONTACT#<usr id>` / `TELEGRAM` is a user's chat; `CHAT#<bot>#<chat id>` / `CHAT` finds the user of a chat;
//! `LINK#<lnk id>` / `LINK` is a code; `UPDATE#<bot>#<update id>` / `UPDATE` marks what a bot told us as done.

use jiff::SignedDuration;
use kernel::{Fault, FaultKind, LinkId, Locale, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::telegram::{Alerts, BotName};

/// A user's chat with one of the tenant's bots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TelegramContact {
    /// Who.
    pub user_id: UserId,
    /// Which bot.
    pub bot: BotName,
    /// The chat.
    pub chat_id: i64,
    /// The language that the user speaks in Telegram.
    pub language: Locale,
    /// The language that the user told the bot to speak here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_language: Option<Locale>,
    /// Which news the user told the bot to bring here.
    #[serde(default, skip_serializing_if = "Alerts::is_usual")]
    pub alerts: Alerts,
    /// Since when.
    pub linked_at: Timestamp,
    /// Since when the bot cannot write there, because the user blocked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_at: Option<Timestamp>,
}

/// A code that links a chat to the user who asked for it: works once, for 15 minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkCode {
    /// The code: what `/start` is followed by.
    pub id: LinkId,
    /// Who asked for it.
    pub user_id: UserId,
    /// The generation of their account then: with every session the code ends too.
    pub generation: u64,
    /// For which bot.
    pub bot: BotName,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Why a chat cannot be linked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The code is unknown, used, too old, or made for another bot: one answer for all.
    #[error("this code does not work any more; ask for a new one")]
    BadCode,
    /// The tenant has no such bot.
    #[error("there is no such bot here")]
    NoBot,
    /// The bot serves those with other plans.
    #[error("this bot serves other plans; yours has the bot {0}")]
    OtherBot(BotName),
}

impl Fault for LinkError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::BadCode => FaultKind::NotFound,
            Self::NoBot | Self::OtherBot(_) => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BadCode => "LINK_CODE_INVALID",
            Self::NoBot => "BOT_NOT_CONFIGURED",
            Self::OtherBot(_) => "BOT_OF_OTHER_PLAN",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::BadCode | Self::NoBot | Self::OtherBot(_) => false,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatOwner {
    user_id: UserId,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateDone {
    at: Timestamp,
}

impl TelegramContact {
    /// With what the same user told the bot before, in whichever chat.
    #[must_use]
    pub fn moved_from(self, former: Option<&Self>) -> Self {
        let Some(former) = former.filter(|former| former.user_id == self.user_id) else { return self };
        Self { chosen_language: former.chosen_language, alerts: former.alerts.clone(), ..self }
    }
}

impl Record for TelegramContact {
    const ROWS: &'static [&'static str] = &["CONTACT#{user} / TELEGRAM"];
}

impl Record for LinkCode {
    const ROWS: &'static [&'static str] = &["LINK#{code} / LINK"];
}

impl Record for ChatOwner {
    const ROWS: &'static [&'static str] = &["CHAT#{bot}#{chat} / CHAT"];
}

impl Record for UpdateDone {
    const ROWS: &'static [&'static str] = &["UPDATE#{bot}#{update} / UPDATE"];
}

/// How long a code works.
const CODE_WORKS: SignedDuration = SignedDuration::from_mins(15);
/// How long an update is remembered: twice as long as Telegram delivers it again.
const UPDATE_REMEMBERED: SignedDuration = SignedDuration::from_hours(48);

impl LinkCode {
    /// A new code of a user whose account is of this generation.
    pub fn new(id: LinkId, user_id: UserId, generation: u64, bot: BotName, now: Timestamp) -> Self {
        Self { id, user_id, generation, bot, expires_at: now.plus(CODE_WORKS) }
    }

    /// The contact that the code makes of a chat.
    ///
    /// # Errors
    /// `BadCode`: the code has run out, or was made for another bot.
    pub fn redeem(
        &self,
        bot: &BotName,
        chat_id: i64,
        language: Locale,
        now: Timestamp,
    ) -> Result<TelegramContact, LinkError> {
        if now >= self.expires_at || *bot != self.bot {
            return Err(LinkError::BadCode);
        }
        let (user_id, bot) = (self.user_id, self.bot.clone());
        let (chosen_language, alerts, blocked_at) = (None, Alerts::default(), None);
        Ok(TelegramContact { user_id, bot, chat_id, language, chosen_language, alerts, linked_at: now, blocked_at })
    }
}

/// The contacts of one tenant.
#[derive(Clone, Copy)]
pub struct Contacts<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Contacts<'a> {
    /// The contacts of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// A user's chat. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn telegram_of(&self, user: UserId) -> Result<Option<TelegramContact>, TableError> {
        self.table.get(&self.contact_key(user)).await?.map(from_item).transpose()
    }

    /// The key of a user's chat, for reads of several rows at once.
    pub fn telegram_key(&self, user: UserId) -> Key {
        self.contact_key(user)
    }

    /// What a read of [`Self::telegram_key`] found.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn read_telegram(row: table::Item) -> Result<TelegramContact, TableError> {
        from_item(row)
    }

    /// Whose chat it is. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn owner_of(&self, bot: &BotName, chat_id: i64) -> Result<Option<UserId>, TableError> {
        let row = self.table.get(&self.chat_key(bot, chat_id)).await?;
        Ok(row.map(from_item::<ChatOwner>).transpose()?.map(|owner| owner.user_id))
    }

    /// A code. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn code(&self, id: LinkId) -> Result<Option<LinkCode>, TableError> {
        self.table.get(&self.code_key(id)).await?.map(from_item).transpose()
    }

    /// Issues a code.
    ///
    /// # Errors
    /// `Corrupt` when the code does not serialise.
    pub fn insert_code(&self, transaction: &mut Transaction, code: &LinkCode) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(self.code_key(code.id), code)?.ttl(code.expires_at).when(Condition::NotExists)))
    }

    /// Makes a code void.
    pub fn delete_code(&self, transaction: &mut Transaction, id: LinkId) -> Slot {
        transaction.add(Write::delete(self.code_key(id)))
    }

    /// Uses a code up and links its chat. A chat has one user and a user one chat: `chat_owner` and
    /// `former` are what was read of them, and whatever they held before is let go.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn link(
        &self,
        transaction: &mut Transaction,
        code: &LinkCode,
        contact: &TelegramContact,
        chat_owner: Option<UserId>,
        former: Option<&TelegramContact>,
    ) -> Result<(), TableError> {
        let owner = ChatOwner { user_id: contact.user_id };
        transaction.add(Write::delete(self.code_key(code.id)).when(Condition::Exists));
        transaction.add(Write::put(self.contact_key(contact.user_id), contact)?);
        transaction.add(Write::put(self.chat_key(&contact.bot, contact.chat_id), &owner)?);
        if let Some(other) = chat_owner.filter(|owner| *owner != contact.user_id) {
            transaction.add(Write::delete(self.contact_key(other)).when(self.nothing_or_chat(contact.chat_id)));
        }
        if let Some(former) = former.filter(|former| (&former.bot, former.chat_id) != (&contact.bot, contact.chat_id)) {
            transaction.add(Write::delete(self.chat_key(&former.bot, former.chat_id)));
        }
        Ok(())
    }

    /// Checks that a user has no chat.
    pub fn check_no_chat(&self, transaction: &mut Transaction, user: UserId) -> Slot {
        transaction.add(Write::check(self.contact_key(user)).when(Condition::NotExists))
    }

    /// Lets a chat go.
    pub fn unlink(&self, transaction: &mut Transaction, contact: &TelegramContact) -> Slot {
        let own = self.nothing_or_chat(contact.chat_id);
        let slot = transaction.add(Write::delete(self.contact_key(contact.user_id)).when(own));
        transaction.add(Write::delete(self.chat_key(&contact.bot, contact.chat_id)));
        slot
    }

    /// Notes that the bot cannot write to this user any more.
    pub fn save_blocked(&self, transaction: &mut Transaction, contact: &TelegramContact, now: Timestamp) -> Slot {
        transaction.add(
            Write::update::<TelegramContact>(self.contact_key(contact.user_id))
                .set("blockedAt", now.to_string())
                .when(Condition::Equals("chatId", json!(contact.chat_id))),
        )
    }

    /// Notes that the bot can write to this user again.
    pub fn save_unblocked(&self, transaction: &mut Transaction, contact: &TelegramContact) -> Slot {
        transaction.add(
            Write::update::<TelegramContact>(self.contact_key(contact.user_id))
                .remove("blockedAt")
                .when(Condition::Equals("chatId", json!(contact.chat_id))),
        )
    }

    /// Changes which news the chat gets; it fails when that was changed, or the chat let go, since `read`. Whoever writes has
    /// not blocked the bot any more.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn save_alerts(
        &self,
        transaction: &mut Transaction,
        read: &TelegramContact,
        alerts: &Alerts,
    ) -> Result<Slot, TableError> {
        let written = |alerts: &Alerts| {
            serde_json::to_value(alerts).map_err(|error| TableError::Corrupt(format!("alerts of a chat: {error}")))
        };
        let before = if read.alerts.is_usual() { serde_json::Value::Null } else { written(&read.alerts)? };
        let row = Write::update::<TelegramContact>(self.contact_key(read.user_id));
        let row = if alerts.is_usual() { row.remove("alerts") } else { row.set("alerts", written(alerts)?) };
        let row = row.remove("blockedAt");
        let same = vec![Condition::Equals("chatId", json!(read.chat_id)), Condition::Equals("alerts", before)];
        Ok(transaction.add(row.when(Condition::AllOf(same))))
    }

    /// Changes the language that the bot speaks here. Whoever writes has not blocked the bot any more.
    pub fn save_language(&self, transaction: &mut Transaction, contact: &TelegramContact, chosen: Locale) -> Slot {
        transaction.add(
            Write::update::<TelegramContact>(self.contact_key(contact.user_id))
                .set("chosenLanguage", chosen.tag())
                .remove("blockedAt")
                .when(Condition::Equals("chatId", json!(contact.chat_id))),
        )
    }

    /// Notes under which number the chat goes on, after its group became a supergroup.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn save_moved(
        &self,
        transaction: &mut Transaction,
        contact: &TelegramContact,
        chat_id: i64,
    ) -> Result<Slot, TableError> {
        let owner = ChatOwner { user_id: contact.user_id };
        let row = Write::update::<TelegramContact>(self.contact_key(contact.user_id)).set("chatId", chat_id);
        let slot = transaction.add(row.when(Condition::Equals("chatId", json!(contact.chat_id))));
        transaction.add(Write::put(self.chat_key(&contact.bot, chat_id), &owner)?);
        Ok(slot)
    }

    /// Marks an update of a bot as done: it fails when the update was done before.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn insert_update(
        &self,
        transaction: &mut Transaction,
        bot: &BotName,
        update_id: i64,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        let key = self.scope.key(format_args!("UPDATE#{bot}#{update_id}"), "UPDATE");
        let row = Write::put(key, &UpdateDone { at: now })?;
        Ok(transaction.add(row.ttl(now.plus(UPDATE_REMEMBERED)).when(Condition::NotExists)))
    }

    #[expect(clippy::unused_self, reason = "reads as a condition of these contacts")]
    fn nothing_or_chat(&self, chat_id: i64) -> Condition {
        Condition::AnyOf(vec![Condition::NotExists, Condition::Equals("chatId", json!(chat_id))])
    }

    fn contact_key(&self, user: UserId) -> Key {
        self.scope.key(format_args!("CONTACT#{user}"), "TELEGRAM")
    }

    fn chat_key(&self, bot: &BotName, chat_id: i64) -> Key {
        self.scope.key(format_args!("CHAT#{bot}#{chat_id}"), "CHAT")
    }

    fn code_key(&self, id: LinkId) -> Key {
        self.scope.key(format_args!("LINK#{id}"), "LINK")
    }
}

#[cfg(test)]
mod tests {
    use table::record::from_golden;

    use super::*;
    use crate::telegram::{AlertTopic, Wanted};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn bot(name: &str) -> BotName {
        name.parse().unwrap()
    }

    fn code() -> LinkCode {
        let user = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        LinkCode::new(
            "lnk_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            user,
            3,
            bot("default"),
            at("2026-12-01T00:00:00Z"),
        )
    }

    #[test]
    fn a_code_works_for_a_quarter_of_an_hour_at_its_own_bot() {
        let redeem = |name: &str, now: &str| code().redeem(&bot(name), 42, Locale::Id, at(now));
        let contact = redeem("default", "2026-12-01T00:14:59.999Z").unwrap();
        assert_eq!((contact.chat_id, contact.user_id), (42, code().user_id));
        assert_eq!(redeem("default", "2026-12-01T00:15:00Z"), Err(LinkError::BadCode));
        assert_eq!(redeem("premium", "2026-12-01T00:00:00Z"), Err(LinkError::BadCode));
    }

    #[test]
    fn stored_contacts_and_codes_stay_readable() {
        let stored: LinkCode = from_golden(include_str!("golden/link_code.json")).unwrap();
        assert_eq!(stored, code());
        let contact: TelegramContact = from_golden(include_str!("golden/telegram_contact.json")).unwrap();
        let linked = code().redeem(&bot("default"), 42, Locale::Id, at("2026-12-01T00:01:00Z")).unwrap();
        assert_eq!(contact, TelegramContact { blocked_at: Some(at("2026-12-02T00:00:00Z")), ..linked.clone() });
        let quiet: TelegramContact = from_golden(include_str!("golden/telegram_contact.quiet.json")).unwrap();
        let alerts = Alerts::default().with(AlertTopic::News, Wanted::No).muted(at("2026-12-03T00:00:00Z"));
        let alerts = Alerts { stopped: true, ..alerts };
        assert_eq!(quiet, TelegramContact { chosen_language: Some(Locale::En), alerts, ..linked });
    }
}
