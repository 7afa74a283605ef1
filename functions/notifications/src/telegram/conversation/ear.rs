//! One bot, listening: what an update asks for, what it changes, and what the bot says to it.

use billing::PlanCache;
use kernel::Locale;
use messaging::{
    Contacts,
    telegram::{BotName, BotReply, Button, Chat, ChatEvent, Command, Phrase, TelegramAccount, Update, heard, menu},
};
use serde_json::Value;
use table::{Race, TableError, TenantScope, TransactError, Transaction, until_settled};
use tenancy::{Gate, Tenant};
use web::{Api, Problem, RequestInfo};

use super::{
    answers::{self, Question, Topic},
    writer::Writer,
};

/// One bot of a tenant, listening.
pub(crate) struct Ear<'a> {
    pub(crate) api: &'a Api,
    pub(crate) plans: &'a PlanCache,
    pub(crate) tenant: &'a Tenant,
    /// The call that brought what it hears.
    pub(crate) info: &'a RequestInfo,
    pub(crate) bot: BotName,
    /// The bots of the tenant, of which it is one.
    pub(crate) account: &'a TelegramAccount,
}

/// What an update leads to: what is written, with the update's mark, and what is said once that is done.
#[derive(Default)]
pub(super) struct Said {
    pub(super) transaction: Transaction,
    /// Calls of the Bot API, in their order.
    pub(super) calls: Vec<Value>,
}

/// What somebody wants of the chat, by a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting<'a> {
    /// To see it as it is.
    Shown,
    /// All news.
    Subscribed,
    /// None.
    Unsubscribed,
    /// None for so long.
    Muted(&'a str),
    /// No longer none.
    Unmuted,
    /// This language.
    Speaks(&'a str),
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

impl Said {
    /// What is said to a chat.
    pub(super) fn to(chat: Chat, reply: &BotReply) -> Self {
        Self { calls: reply.sent_to(chat.id), ..Self::default() }
    }

    /// A few words to whoever pressed a button.
    pub(super) fn briefly(query: &str, words: &str) -> Self {
        Self { calls: vec![heard(query, Some(words))], ..Self::default() }
    }
}

impl Ear<'_> {
    /// Does what an update asks for, once, however often it comes; calls of the Bot API that say so. Nothing is said to an
    /// update that was done before.
    ///
    /// # Errors
    /// Those of the store: then nothing was done, and Telegram delivers the update again.
    pub(crate) async fn hear(&self, update: &Update) -> Result<Vec<Value>, Problem> {
        until_settled(
            || TableError::Unavailable("the chat kept changing".to_owned()).into(),
            || async {
                let Some(said) = self.answer(&update.heard).await? else { return Ok(Race::Settled(Vec::new())) };
                Ok(match self.commit(update.id, said.transaction).await? {
                    Committed::Now => Race::Settled(said.calls),
                    Committed::Before => Race::Settled(Vec::new()),
                    Committed::Not => Race::Lost,
                })
            },
        )
        .await
    }

    async fn answer(&self, event: &ChatEvent) -> Result<Option<Said>, Problem> {
        Ok(match event {
            ChatEvent::Command { chat, name, argument } => {
                Some(self.command(*chat, Command::find(name).unwrap_or(Command::Help), argument).await?)
            }
            ChatEvent::Chatter(chat) => Some(self.command(*chat, Command::Help, "").await?),
            ChatEvent::Pressed(pressed) => Some(self.pressed(pressed).await?),
            ChatEvent::Blocked(chat) => Some(self.blocked(*chat).await?),
            ChatEvent::Unblocked(chat) => Some(self.unblocked(*chat).await?),
            ChatEvent::Posted(words) => self.posted(words),
            ChatEvent::InGroup { chat, name, bot } => self.in_group(*chat, Command::find(name), bot),
            ChatEvent::PressedInGroup { query, language } => {
                Some(Said::briefly(query, Phrase::WriteToMeAlone.text(*language)))
            }
            ChatEvent::Nothing => None,
        })
    }

    /// Whoever is not linked learns how that is done, and whoever is gets what they ask for.
    async fn command(&self, chat: Chat, command: Command, argument: &str) -> Result<Said, Problem> {
        let is_closed = self.tenant.gate(self.api.now()) == Gate::Closed;
        if matches!(command, Command::Start | Command::Link) && !argument.is_empty() && !is_closed {
            return self.link(chat, argument).await;
        }
        if command == Command::Unlink {
            return self.unlink(chat).await;
        }
        let writer = Writer::of(self.api, self.scope(), (&self.bot, chat)).await?;
        let language = spoken(writer.as_ref(), chat.language);
        if is_closed {
            return Ok(Said::to(chat, &BotReply::saying(self.named(Phrase::TenantClosed, language))));
        }
        let Some(writer) = writer else {
            let reply = if command == Command::Help {
                help(language)
            } else if command == Command::Support {
                answers::support(self.api, self.tenant, language).await?
            } else {
                BotReply::saying(self.named(Phrase::HowToLink, language))
            };
            return Ok(Said::to(chat, &reply));
        };
        let mut said = self.to_linked(&writer, (chat, language), (command, argument)).await?;
        if writer.contact.blocked_at.is_some() && said.transaction.is_empty() {
            self.contacts().save_unblocked(&mut said.transaction, &writer.contact);
        }
        self.tell_of_other_bot(&writer, (chat, language), &mut said).await?;
        Ok(said)
    }

    async fn to_linked(
        &self,
        writer: &Writer,
        (chat, language): (Chat, Locale),
        (command, argument): (Command, &str),
    ) -> Result<Said, Problem> {
        let needs_account = !matches!(command, Command::Help | Command::Start | Command::Support);
        if needs_account && !writer.is_active() {
            return Ok(Said::to(chat, &BotReply::saying(Phrase::AccountClosed.text(language))));
        }
        let set = |setting| self.set((chat, language), writer, setting);
        let reply = match command {
            // Letting a chat go is done before anybody asks who is linked in it.
            Command::Help | Command::Start | Command::Unlink => help(language),
            Command::Support => answers::support(self.api, self.tenant, language).await?,
            Command::Link => BotReply::saying(Phrase::LinkedAlready.text(language)),
            Command::Profile => answers::profile(self.api, self.tenant, (writer, language)).await?,
            Command::Alerts => return set(Setting::Shown),
            Command::Subscribe => return set(Setting::Subscribed),
            Command::Unsubscribe => return set(Setting::Unsubscribed),
            Command::Mute => return set(Setting::Muted(argument)),
            Command::Unmute => return set(Setting::Unmuted),
            Command::Language => return set(Setting::Speaks(argument)),
            Command::Pay if !argument.is_empty() => {
                answers::pay_by_number(self.api, self.tenant, (writer, language), argument).await?
            }
            Command::Status
            | Command::Plan
            | Command::Usage
            | Command::Quota
            | Command::Invoices
            | Command::Pay
            | Command::Balance
            | Command::Topup => self.about_customers(writer, language, command).await?,
        };
        Ok(Said::to(chat, &reply))
    }

    /// About the customer that somebody acts for; of several they choose one.
    async fn about_customers(&self, writer: &Writer, language: Locale, command: Command) -> Result<BotReply, Problem> {
        let Some(topic) = Topic::of(command) else { return Ok(help(language)) };
        match writer.customers.as_slice() {
            [] => Ok(BotReply::saying(self.named(Phrase::NoCustomer, language))),
            [only] => self.question(*only, language).answer(topic).await,
            several => answers::choose_customer(self.api, self.scope(), (several, language), command).await,
        }
    }

    pub(super) fn question(&self, customer: kernel::CustomerId, language: Locale) -> Question<'_> {
        Question { api: self.api, plans: self.plans, tenant: self.tenant, language, customer }
    }

    /// In front of others a bot says nothing but where to write to it, and that only to whom it was named by.
    fn in_group(&self, chat: Chat, command: Option<Command>, named: &str) -> Option<Said> {
        let own = self.account.bots.get(&self.bot)?;
        command.filter(|_| own.username.eq_ignore_ascii_case(named))?;
        let open = Button::open(&format!("@{}", own.username), format!("https://t.me/{}", own.username));
        let reply = BotReply::saying(Phrase::WriteToMeAlone.text(chat.language)).row([open]);
        Some(Said::to(chat, &reply))
    }

    async fn commit(&self, update: i64, mut transaction: Transaction) -> Result<Committed, Problem> {
        let mark = self.contacts().insert_update(&mut transaction, &self.bot, update, self.api.now())?;
        match self.api.table().transact(transaction).await {
            Ok(()) => Ok(Committed::Now),
            Err(TransactError::Cancelled(cancelled)) if cancelled.failed(mark).is_some() => Ok(Committed::Before),
            Err(TransactError::Cancelled(_)) => Ok(Committed::Not),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }

    pub(super) fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant.id)
    }

    pub(super) fn contacts(&self) -> Contacts<'_> {
        Contacts::new(self.api.table(), self.scope())
    }

    /// A phrase that names the tenant.
    pub(super) fn named(&self, phrase: Phrase, language: Locale) -> String {
        phrase.with(language, &[("tenant", self.tenant.product_name())])
    }
}

/// The language that the bot speaks to somebody: the one they chose here, or that of their Telegram.
pub(super) fn spoken(writer: Option<&Writer>, of_telegram: Locale) -> Locale {
    writer.and_then(|writer| writer.contact.chosen_language).unwrap_or(of_telegram)
}

/// The commands.
pub(super) fn help(language: Locale) -> BotReply {
    menu(language).fold(BotReply::default().title(Phrase::HelpTitle.text(language)), BotReply::line)
}
