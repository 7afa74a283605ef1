//! A notification made into a letter: who reads it, where and in which language, with the link or the code that it carries.
//!
//! Links and codes are made here, from the row that they belong to and the platform's key: no event, row, queue or log ever
//! holds one. A link's token stands behind `#`, which browsers send to no server, so that it is in no access log either.

use billing::Invoice;
use identity::{
    CodeOwner, InvitationStatus, Invitations, LinkClaim, LinkKeys, LinkPurpose, PhoneKeys, Registrations, Role, User,
    UserStatus, Users, VerifyToken,
};
use kernel::{CreditNoteId, Email, InvitationId, Locale, Phone, Timestamp, UserId};
use messaging::{
    Link, Notification, Notifications, Recipient, Rendered, Retold, SendWhile, Values,
    catalogue::CUSTOMER_INVITATION,
    texts::{KindOf, TextRows},
};
use tenancy::TenantStatus;
use ulid::Ulid;

use crate::{MessengerError, office::Office};

/// Who reads a letter, and where.
pub(crate) struct Reader {
    /// The language, in every channel.
    pub(crate) language: Locale,
    pub(crate) email: Option<Email>,
    pub(crate) phone: Option<Phone>,
    pub(crate) user: Option<UserId>,
    /// Since when the address is known to be the user's own.
    pub(crate) proven_at: Option<Timestamp>,
}

/// What is said to whom.
pub(crate) struct Letter {
    pub(crate) notification: Notification,
    pub(crate) kind: KindOf,
    values: Values,
    /// What it tells of other notifications, where it is a digest.
    told: Vec<Retold>,
    pub(crate) reader: Reader,
    /// In whose name.
    pub(crate) sender: String,
    /// When what it tells of happened.
    pub(crate) occurred_at: Timestamp,
    /// Which invoice it is about.
    pub(crate) invoice: Option<Invoice>,
    /// Which credit note of the invoice.
    pub(crate) credit_note: Option<CreditNoteId>,
}

impl Letter {
    /// The text for every channel.
    ///
    /// # Errors
    /// The values are not those of the text.
    pub(crate) fn render(&self, language: Locale) -> Result<Rendered, MessengerError> {
        let template = self.kind.template(language)?;
        // A tenant's own kind need not use what every message has.
        let values = if self.kind.is_own { template.used(&self.values) } else { self.values.clone() };
        Ok(template.render_telling(language, &values, &self.told)?)
    }
}

pub(crate) const NOBODY: MessengerError = MessengerError::Void("nobody is left to be told");

/// Writes the letter of a notification.
///
/// # Errors
/// `Void` when it is not to be sent any more; those of the store and of the text.
pub(crate) async fn write(office: &Office<'_>, notification: &Notification) -> Result<Letter, MessengerError> {
    let unknown = || MessengerError::Unknown(format!("{} {:?}", notification.kind, notification.needs));
    let said = notification.says.clone().text("sender", office.called(&notification.sender));
    let (kind, invoice) = tokio::try_join!(office.kind(&notification.kind), async {
        match notification.recipient.invoice() {
            Some(invoice) => office.invoice(invoice).await.map(Some),
            None => Ok(None),
        }
    })?;
    let (reader, values) = match (notification.recipient, notification.needs) {
        (Recipient::User { user_id }, needs @ (SendWhile::ActiveUser | SendWhile::Trial)) => {
            office.to_active_user(user_id, needs, said).await?
        }
        (Recipient::User { user_id }, SendWhile::VerifyLink { expires_at }) => {
            let user = office.user(user_id).await?;
            office.with_link(&user, LinkPurpose::VerifyEmail, user.verification.as_ref(), expires_at, said)?
        }
        (Recipient::Registration { user_id }, SendWhile::VerifyLink { expires_at }) => {
            let user = Registrations::new(office.ctx.table(), office.scope).get(user_id).await?.ok_or(NOBODY)?;
            office.with_link(&user, LinkPurpose::VerifyEmail, user.verification.as_ref(), expires_at, said)?
        }
        (Recipient::User { user_id }, SendWhile::ResetLink { expires_at }) => {
            let user = office.user(user_id).await?;
            office.with_link(&user, LinkPurpose::ResetPassword, user.reset.as_ref(), expires_at, said)?
        }
        (Recipient::User { user_id }, SendWhile::PhoneCode { expires_at }) => {
            office.with_code(user_id, expires_at, said).await?
        }
        (Recipient::Invited { invitation_id }, SendWhile::OpenInvitation) => {
            office.to_invited(invitation_id, &kind, said).await?
        }
        (Recipient::Customer { customer_id }, SendWhile::Nothing) => office.to_customer(customer_id, said).await?,
        (Recipient::BillTo { .. }, needs @ (SendWhile::Nothing | SendWhile::Unpaid | SendWhile::Credited { .. })) => {
            office.to_payer(invoice.as_ref().ok_or_else(unknown)?, None, (&kind, needs), said).await?
        }
        (
            Recipient::Payer { user_id, .. },
            needs @ (SendWhile::Nothing | SendWhile::Unpaid | SendWhile::Credited { .. }),
        ) => office.to_payer(invoice.as_ref().ok_or_else(unknown)?, Some(user_id), (&kind, needs), said).await?,
        _ => return Err(unknown()),
    };
    let occurred_at = notification.occurred_at();
    let values = if kind.uses("when") {
        values.text("when", &reader.language.moment(occurred_at, &office.tenant.timezone))
    } else {
        values
    };
    let values = if kind.uses("guide") { values.link("guide", office.guide()?) } else { values };
    let credit_note = match notification.needs {
        SendWhile::Credited { credit_note_id } => Some(credit_note_id),
        SendWhile::Nothing
        | SendWhile::ActiveUser
        | SendWhile::Trial
        | SendWhile::VerifyLink { .. }
        | SendWhile::ResetLink { .. }
        | SendWhile::PhoneCode { .. }
        | SendWhile::OpenInvitation
        | SendWhile::Unpaid => None,
    };
    let told = told(office, notification).await?;
    let values = if notification.tells.is_empty() { values } else { values.text("count", &told.len().to_string()) };
    let (sender, notification) = (notification.sender.clone(), notification.clone());
    Ok(Letter { notification, kind, values, told, reader, sender, occurred_at, invoice, credit_note })
}

/// What a digest tells: each message as it would be sent now, without those that would not be. One round trip for each, and
/// those of its letter.
async fn told(office: &Office<'_>, digest: &Notification) -> Result<Vec<Retold>, MessengerError> {
    let notifications = Notifications::new(office.ctx.table(), office.scope);
    let mut told = Vec::with_capacity(digest.tells.len());
    for id in &digest.tells {
        let Some(one) = notifications.get(*id).await?.filter(|one| one.tells.is_empty()) else { continue };
        let letter = Box::pin(write(office, &one)).await;
        match letter.and_then(|letter| letter.render(letter.reader.language)) {
            Ok(Rendered { subject: title, brief: text, .. }) => told.push(Retold { title, text }),
            Err(MessengerError::Void(reason)) => {
                tracing::info!(notification.id = %id, reason, "a digest leaves it out");
            }
            // Its text was changed since, and its values are not those of the new one: the others are told all the same.
            Err(MessengerError::Template(error)) => {
                tracing::error!(notification.id = %id, %error, "a digest leaves out what cannot be written");
            }
            Err(error) => return Err(error),
        }
    }
    if told.is_empty() && !digest.tells.is_empty() {
        return Err(MessengerError::Void("nothing is left to tell"));
    }
    Ok(told)
}

impl Office<'_> {
    /// What a reader calls a sender: the tenant by its product's name, which it may have changed since.
    fn called<'s>(&'s self, sender: &'s str) -> &'s str {
        if sender == self.tenant.name.as_str() { self.tenant.product_name() } else { sender }
    }

    /// The kind of a message as the tenant has it now; without the tenant's own words while the operator has suspended
    /// it. One round trip.
    async fn kind(&self, key: &str) -> Result<KindOf, MessengerError> {
        let key = key.parse().map_err(|_| MessengerError::Unknown(key.to_owned()))?;
        let text = TextRows::new(self.ctx.table(), self.scope).get(&key).await?;
        let text = text.filter(|_| !self.tenant.is_stopped_by_operator());
        let gone = MessengerError::Void("there is no such kind of message any more");
        KindOf::of(&key, text.as_ref()).ok_or(gone)
    }

    /// A user who is still there; of a tenant that is over, its owner or one who still signs in.
    pub(crate) async fn user(&self, id: UserId) -> Result<User, MessengerError> {
        let user = Users::new(self.ctx.table(), self.scope).get(id).await?;
        let user = user.filter(|user| user.status != UserStatus::Erased).ok_or(NOBODY)?;
        let stays = user.id == self.tenant.owner || user.roles.contains(&Role::Admin);
        if self.tenant.status == TenantStatus::Cancelled && !stays {
            return Err(MessengerError::Void("the tenant is closed"));
        }
        Ok(user)
    }

    /// The language of somebody who chose this one, or none.
    pub(crate) fn language(&self, chosen: Option<Locale>) -> Locale {
        self.tenant.country.language_for(chosen)
    }

    /// A user at the user's own address, which may be unproven, and number, which is proven.
    fn reader(&self, user: &User) -> Reader {
        let language = self.language(user.preferences.locale);
        Reader {
            language,
            email: Some(user.email.clone()),
            phone: user.phone.clone(),
            user: Some(user.id),
            proven_at: user.email_verified_at,
        }
    }

    async fn to_active_user(
        &self,
        id: UserId,
        needs: SendWhile,
        said: Values,
    ) -> Result<(Reader, Values), MessengerError> {
        if needs == SendWhile::Trial && self.tenant.status != TenantStatus::Trial {
            return Err(MessengerError::Void("the trial is over"));
        }
        let user = self.user(id).await?;
        if user.status != UserStatus::Active {
            return Err(MessengerError::Void("the account is closed"));
        }
        Ok((self.reader(&user), said.text("name", &greeted(&user))))
    }

    /// With the link that was opened, unless it was used, replaced or is too old.
    fn with_link(
        &self,
        user: &User,
        purpose: LinkPurpose,
        open: Option<&VerifyToken>,
        expires_at: Timestamp,
        said: Values,
    ) -> Result<(Reader, Values), MessengerError> {
        let open = open.filter(|open| open.expires_at == expires_at && self.ctx.now() < open.expires_at);
        let open = open.ok_or(MessengerError::Void("the link is open no more"))?;
        let reader = self.reader(user);
        let link = self.link(purpose, user.id.ulid(), open, reader.language)?;
        Ok((reader, said.text("name", &greeted(user)).link("link", link)))
    }

    /// To the number that waits to be proven, unless its code is void or was replaced.
    async fn with_code(
        &self,
        id: UserId,
        expires_at: Timestamp,
        said: Values,
    ) -> Result<(Reader, Values), MessengerError> {
        let user = self.user(id).await?;
        let check = user.phone_check.as_ref();
        let check = check.filter(|check| check.expires_at == expires_at && check.is_open(self.ctx.now()));
        let check = check.ok_or(MessengerError::Void("the code is open no more"))?;
        let owner = CodeOwner { tenant: self.tenant.id, user: id };
        let code = PhoneKeys::new(self.ctx.ports().keys.hmac(PhoneKeys::LABEL)).code(owner, check);
        let reader = Reader { phone: Some(check.number.clone()), ..self.reader(&user) };
        Ok((reader, said.text("code", code.expose())))
    }

    /// Nothing once the invitation is accepted, taken back, replaced or too old. One that makes somebody act for a customer
    /// is in the customer's language.
    async fn to_invited(
        &self,
        id: InvitationId,
        kind: &KindOf,
        said: Values,
    ) -> Result<(Reader, Values), MessengerError> {
        let invitation = Invitations::new(self.ctx.table(), self.scope).get(id).await?;
        let invitation = invitation.filter(|invitation| invitation.status_at(self.ctx.now()) == InvitationStatus::Open);
        let invitation = invitation.ok_or(MessengerError::Void("the invitation is open no more"))?;
        let inviter = Users::new(self.ctx.table(), self.scope).get(invitation.invited_by).await?;
        let inviter = inviter.filter(|inviter| inviter.status != UserStatus::Erased);
        let inviter = inviter.map_or_else(|| self.tenant.product_name().to_owned(), |inviter| inviter.display_name());
        let said = said.text("inviter", &inviter);
        let (language, said) = match invitation.customer.filter(|_| kind.built_in() == Some(CUSTOMER_INVITATION)) {
            Some(id) => {
                let customer = self.customer(id).await?;
                (self.language(customer.locale), said.text("customer", customer.printed_name()))
            }
            None => (self.language(None), said),
        };
        let link = self.link(LinkPurpose::Invitation, invitation.id.ulid(), &invitation.link, language)?;
        let email = Some(invitation.email);
        Ok((Reader { language, email, phone: None, user: None, proven_at: None }, said.link("link", link)))
    }

    /// Where the guide tells what a tenant can do.
    fn guide(&self) -> Result<Link, MessengerError> {
        let address = format!("{}/docs/guide#tenants", self.ctx.config().public_url);
        Link::parse(&address).map_err(|_| MessengerError::NoLink)
    }

    /// The page that it leads to speaks the language of the mail.
    fn link(
        &self,
        purpose: LinkPurpose,
        subject: Ulid,
        open: &VerifyToken,
        language: Locale,
    ) -> Result<Link, MessengerError> {
        let claim = LinkClaim { tenant: self.tenant.id, purpose, subject };
        let token = LinkKeys::new(self.ctx.ports().keys.hmac(LinkKeys::LABEL)).token(claim, open);
        let base = self.tenant.base_url(&self.ctx.config().public_url);
        let (page, tenant) = (purpose.page(), &self.tenant.slug);
        let address = format!("{base}/account/{page}#tenant={tenant}&lang={}&token={}", language.tag(), token.expose());
        Link::parse(&address).map_err(|_| MessengerError::NoLink)
    }
}

/// The name to greet a user with; empty without a given name. While the address is unproven, a name that is a single word alone:
/// anything longer could have been chosen to write to a stranger.
fn greeted(user: &User) -> String {
    if user.email_verified_at.is_some() {
        user.given_name().unwrap_or_default()
    } else {
        user.plain_first_name().unwrap_or_default().to_owned()
    }
}
