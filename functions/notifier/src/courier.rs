//! Carries a rendered message to a person, over each channel once.

use std::time::Duration;

use billing::Invoice;
use cloud::{Ctx, Mail};
use customers::Customers;
use futures::future::join_all;
use identity::{User, UserStatus, Users};
use kernel::{Country, Email, Locale, Party, Phone, Secret, TenantId, UserId};
use messaging::{
    Channel, Claim, Contacts, Deliveries, Language, REMEMBERED, TelegramContact, Values,
    catalogue::Kind,
    telegram::{Bot, TelegramAccount, TelegramError, Text},
    twilio::{Twilio, TwilioAccount, TwilioError},
};
use table::{TenantScope, WriteError, outbox::Event};
use tenancy::{Tenant, Tenants};

use crate::NotifierError;

/// The longest wait that Telegram may ask for and get at once, in seconds; after a longer one the event comes again.
const PATIENCE_SECONDS: u32 = 3;

/// Who is written to by mail, and in which language.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) email: &'a Email,
    pub(crate) language: Language,
}

/// Who is billed, and how it is reached.
pub(crate) struct BilledTo<'a> {
    /// Where invoices are sent, if anywhere.
    email: Option<&'a Email>,
    language: Language,
    /// The users who act for the customer.
    users: Vec<UserId>,
}

/// Carries the messages of one event.
pub(crate) struct Courier<'a> {
    ctx: &'a Ctx,
    event: &'a Event,
    scope: TenantScope,
    /// In whose name.
    pub(crate) tenant: Tenant,
}

impl<'a> Courier<'a> {
    /// The courier of an event; `None` when its tenant is gone, and with it everybody to tell.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn of(ctx: &'a Ctx, event: &'a Event) -> Result<Option<Self>, NotifierError> {
        if ctx.now() >= event.occurred_at.plus(REMEMBERED) {
            // Whether its messages were sent is forgotten by now, and no queue keeps an event for so long.
            tracing::warn!(event.id = %event.id, "the event is too old to be told of");
            return Ok(None);
        }
        let tenant = Tenants::new(ctx.table()).get(event.tenant_id).await?;
        if tenant.is_none() {
            tracing::warn!(event.id = %event.id, tenant.id = %event.tenant_id, "the event's tenant is gone");
        }
        let scope = TenantScope::new(event.tenant_id);
        Ok(tenant.map(|tenant| Self { ctx, event, scope, tenant }))
    }

    pub(crate) const fn scope(&self) -> TenantScope {
        self.scope
    }

    /// The language of whoever has chosen none: that of the tenant's country.
    pub(crate) fn language(&self) -> Language {
        if self.tenant.country == Country::ID { Language::Id } else { Language::En }
    }

    /// The language that a user has chosen.
    pub(crate) fn language_of(&self, user: &User) -> Language {
        match user.preferences.locale {
            Some(Locale::Id) => Language::Id,
            Some(Locale::En) => Language::En,
            None => self.language(),
        }
    }

    /// A user at the user's own address.
    pub(crate) fn reader<'u>(&self, user: &'u User) -> Reader<'u> {
        Reader { email: &user.email, language: self.language_of(user) }
    }

    /// Whom an invoice is for, in the invoice's own language; `None` when the person was erased since it was issued. One round
    /// trip for a customer, and one more for a person with a single user.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn buyer<'i>(&self, invoice: &'i Invoice) -> Result<Option<BilledTo<'i>>, NotifierError> {
        let email = invoice.bill_to.email.as_ref();
        let language = match invoice.language {
            Locale::Id => Language::Id,
            Locale::En => Language::En,
        };
        let Party::Customer(id) = invoice.bill_to.party else {
            return Ok(Some(BilledTo { email, language, users: Vec::new() }));
        };
        let customer = Customers::new(self.ctx.table(), self.scope).get(id).await?;
        let customer = customer.map(|customer| customer.trusted("the notifier writes to the customer itself"));
        let Some(customer) = customer.filter(|customer| !customer.is_erased()) else {
            tracing::info!(event.id = %self.event.id, "nobody is left to be told");
            return Ok(None);
        };
        if let ([only], None) = (customer.users.as_slice(), &customer.contact.company) {
            let user = Users::new(self.ctx.table(), self.scope).get(*only).await?;
            if user.is_some_and(|user| user.status == UserStatus::Erased) {
                tracing::info!(event.id = %self.event.id, "nobody is left to be told");
                return Ok(None);
            }
        }
        Ok(Some(BilledTo { email, language, users: customer.users }))
    }

    /// Writes to whoever is billed: by mail where there is an address, and to the chats of all users who act for it. All
    /// are tried, whatever comes of the others.
    ///
    /// # Errors
    /// Those of the first that failed: the event must come again.
    pub(crate) async fn tell(&self, kind: Kind, to: BilledTo<'_>, values: &Values) -> Result<(), NotifierError> {
        let mail = async {
            match to.email {
                Some(email) => self.mail(kind, Reader { email, language: to.language }, values).await,
                None => Ok(()),
            }
        };
        let chats = join_all(to.users.into_iter().map(|user| self.telegram(kind, user, values)));
        let (mailed, written) = tokio::join!(mail, chats);
        written.into_iter().fold(mailed, Result::and)
    }

    /// Sends a mail, unless an earlier delivery of the event has, or the person was erased.
    ///
    /// # Errors
    /// The mail did not leave, or its fate is unknown: the event must come again.
    pub(crate) async fn mail(&self, kind: Kind, to: Reader<'_>, values: &Values) -> Result<(), NotifierError> {
        if to.email.is_erased() {
            tracing::info!(event.id = %self.event.id, "nobody is left to be told");
            return Ok(());
        }
        let rendered = kind.template(to.language)?.render(to.language, values)?;
        let mail = Mail {
            to: to.email.clone(),
            subject: rendered.subject,
            text: Secret::new(rendered.text),
            html: Secret::new(rendered.html),
        };
        let (dedupe_id, deliveries) = (self.dedupe_id(kind, Channel::Email), self.deliveries());
        match deliveries.claim(&dedupe_id, Channel::Email, self.ctx.now()).await? {
            Claim::Done => return Ok(()),
            Claim::Theirs => return Err(NotifierError::InFlight),
            Claim::Yours => {}
        }
        match self.ctx.ports().mailer.send(&mail).await {
            Ok(id) => Ok(deliveries.sent(&dedupe_id, &id, self.ctx.now()).await?),
            Err(error) => {
                deliveries.release(&dedupe_id, self.ctx.now()).await?;
                Err(error.into())
            }
        }
    }

    /// Writes to the user's Telegram chat, if there is one, unless an earlier delivery of the event has.
    ///
    /// # Errors
    /// The message did not leave, or its fate is unknown: the event must come again.
    pub(crate) async fn telegram(&self, kind: Kind, user: UserId, values: &Values) -> Result<(), NotifierError> {
        let contacts = Contacts::new(self.ctx.table(), self.scope);
        let contact = contacts.telegram_of(user).await?.filter(|contact| contact.blocked_at.is_none());
        let Some(contact) = contact else { return Ok(()) };
        let Some(bot) = self.bot(&contact).await? else { return Ok(()) };
        let rendered = kind.template(contact.language)?.render(contact.language, values)?;
        let text = Text { markdown: &rendered.markdown, plain: &rendered.text };

        let (dedupe_id, deliveries) =
            (format!("{}#{user}", self.dedupe_id(kind, Channel::Telegram)), self.deliveries());
        match deliveries.claim(&dedupe_id, Channel::Telegram, self.ctx.now()).await? {
            Claim::Done => return Ok(()),
            Claim::Theirs => return Err(NotifierError::InFlight),
            Claim::Yours => {}
        }
        let now = || self.ctx.now();
        match send_patiently(&bot, contact.chat_id, text).await {
            Ok(sent) => {
                if let Some(chat_id) = sent.moved_to {
                    self.note(contacts.moved(&contact, chat_id)?.into()).await?;
                }
                Ok(deliveries.sent(&dedupe_id, &sent.message_id.to_string(), now()).await?)
            }
            Err(error @ TelegramError::Unreachable(_)) => {
                tracing::info!(user.id = %user, %error, "the user's chat is closed to the bot");
                self.note(vec![contacts.blocked(&contact, now())]).await?;
                Ok(deliveries.failed(&dedupe_id, &error.to_string(), now()).await?)
            }
            Err(error @ TelegramError::Refused(_)) => {
                tracing::error!(event.id = %self.event.id, %error, "a message can never be sent");
                Ok(deliveries.failed(&dedupe_id, &error.to_string(), now()).await?)
            }
            // It may have left: the claim stays until it runs out, so that the event's next delivery waits for it.
            Err(error @ TelegramError::Unknown) => Err(error.into()),
            Err(
                error @ (TelegramError::UnknownBot | TelegramError::RateLimited { .. } | TelegramError::Unavailable),
            ) => {
                deliveries.release(&dedupe_id, now()).await?;
                Err(error.into())
            }
        }
    }

    /// Writes to a phone, unless an earlier delivery of the event has.
    ///
    /// # Errors
    /// The message did not leave, or its fate is unknown: the event must come again.
    pub(crate) async fn sms(
        &self,
        kind: Kind,
        (to, language): (&Phone, Language),
        values: &Values,
    ) -> Result<(), NotifierError> {
        let Some(twilio) = self.twilio().await? else { return Ok(()) };
        let text = Secret::new(kind.template(language)?.render(language, values)?.text);
        let (dedupe_id, deliveries) = (self.dedupe_id(kind, Channel::Sms), self.deliveries());
        match deliveries.claim(&dedupe_id, Channel::Sms, self.ctx.now()).await? {
            Claim::Done => return Ok(()),
            Claim::Theirs => return Err(NotifierError::InFlight),
            Claim::Yours => {}
        }
        let now = || self.ctx.now();
        match twilio.send(to, text.expose().trim()).await {
            Ok(sid) => Ok(deliveries.sent(&dedupe_id, &sid, now()).await?),
            Err(error @ TwilioError::Unreachable(_)) => {
                tracing::info!(event.id = %self.event.id, %error, "a number takes no messages");
                Ok(deliveries.failed(&dedupe_id, &error.to_string(), now()).await?)
            }
            Err(error @ TwilioError::Refused(_)) => {
                tracing::error!(event.id = %self.event.id, %error, "a message can never be sent");
                Ok(deliveries.failed(&dedupe_id, &error.to_string(), now()).await?)
            }
            // It may have left: the claim stays until it runs out, so that the event's next delivery waits for it.
            Err(error @ TwilioError::Unknown) => Err(error.into()),
            Err(error @ (TwilioError::BadAccount(_) | TwilioError::RateLimited | TwilioError::Unavailable)) => {
                deliveries.release(&dedupe_id, now()).await?;
                Err(error.into())
            }
        }
    }

    /// The tenant's account at Twilio; `None` when it has none.
    async fn twilio(&self) -> Result<Option<Twilio>, NotifierError> {
        let config = self.ctx.config();
        let name = format!("{}{}/twilio", config.secrets.tenant_prefix, TenantId::to_string(&self.tenant.id));
        let secret = self.ctx.ports().secrets.get(&name).await?;
        let account = secret.and_then(|secret| serde_json::from_str::<TwilioAccount>(secret.expose()).ok());
        let Some(account) = account else {
            tracing::warn!(tenant.id = %self.tenant.id, "no account for SMS is configured");
            return Ok(None);
        };
        Ok(Some(Twilio::new(self.ctx.ports().http.client(), config.providers.twilio.as_deref(), account)))
    }

    /// The bot that the contact talks to; `None` when the tenant has taken it away.
    async fn bot(&self, contact: &TelegramContact) -> Result<Option<Bot>, NotifierError> {
        let config = self.ctx.config();
        let name = format!("{}{}/telegram", config.secrets.tenant_prefix, TenantId::to_string(&self.tenant.id));
        let secret = self.ctx.ports().secrets.get(&name).await?;
        let account = secret.and_then(|secret| serde_json::from_str::<TelegramAccount>(secret.expose()).ok());
        let Some(account) = account.and_then(|mut account| account.bots.remove(&contact.bot)) else {
            tracing::warn!(tenant.id = %self.tenant.id, bot = %contact.bot, "a linked chat's bot is not configured");
            return Ok(None);
        };
        let http = self.ctx.ports().http.client();
        Ok(Some(Bot::new(http, config.providers.telegram.as_deref(), account.token)))
    }

    /// Writes what was learnt of a contact; when it was linked anew meanwhile, that counts more.
    async fn note(&self, writes: Vec<table::Write>) -> Result<(), NotifierError> {
        for write in writes {
            match self.ctx.table().write(write).await {
                Ok(_) | Err(WriteError::ConditionFailed { .. }) => {}
                Err(WriteError::Table(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn deliveries(&self) -> Deliveries<'a> {
        Deliveries::new(self.ctx.table(), self.scope)
    }

    /// The same on every delivery of the event, another for every message that it asks for.
    fn dedupe_id(&self, kind: Kind, channel: Channel) -> String {
        let channel = match channel {
            Channel::Email => "email",
            Channel::Telegram => "telegram",
            Channel::Sms => "sms",
        };
        format!("{}#{}#{channel}", self.event.id, kind.key)
    }
}

async fn send_patiently(bot: &Bot, chat: i64, text: Text<'_>) -> Result<messaging::telegram::Sent, TelegramError> {
    match bot.send(chat, text).await {
        Err(TelegramError::RateLimited { retry_after_seconds }) if retry_after_seconds <= PATIENCE_SECONDS => {
            tokio::time::sleep(Duration::from_secs(retry_after_seconds.into())).await;
            bot.send(chat, text).await
        }
        other => other,
    }
}
