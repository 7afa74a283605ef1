//! A notification made into a letter: who reads it, where and in which language, with the link or the code that it carries.
//!
//! Links and codes are made here, from the row that they belong to and the platform's key: no event, row, queue or log ever
//! holds one. A link's token stands behind `#`, which browsers send to no server, so that it is in no access log either.

use billing::{Invoice, Invoices};
use customers::{Customer, Customers};
use identity::{
    CodeOwner, InvitationStatus, Invitations, LinkClaim, LinkKeys, LinkPurpose, PhoneKeys, Registrations, User,
    UserStatus, Users, VerifyToken,
};
use kernel::{CustomerId, Email, InvitationId, InvoiceId, Locale, Party, Phone, Timestamp, UserId};
use messaging::{
    Link, Notification, Recipient, Rendered, SendWhile, Values,
    catalogue::{CUSTOMER_INVITATION, MessageKind},
};
use table::TenantScope;
use tenancy::{TenantStatus, Tenants};
use ulid::Ulid;

use crate::{MessengerError, office::Office};

/// Who reads a letter, and where.
pub(crate) struct Reader {
    /// The language, in every channel.
    pub(crate) language: Locale,
    pub(crate) email: Option<Email>,
    pub(crate) phone: Option<Phone>,
    pub(crate) user: Option<UserId>,
}

/// What is said to whom.
pub(crate) struct Letter {
    pub(crate) kind: MessageKind,
    values: Values,
    pub(crate) reader: Reader,
    /// In whose name.
    pub(crate) sender: String,
    /// When what it tells of happened.
    pub(crate) occurred_at: Timestamp,
    /// Which invoice it is about.
    pub(crate) invoice: Option<Invoice>,
}

impl Letter {
    /// The text for every channel.
    ///
    /// # Errors
    /// The values are not those of the text.
    pub(crate) fn render(&self, language: Locale) -> Result<Rendered, MessengerError> {
        Ok(self.kind.template(language)?.render(language, &self.values)?)
    }
}

const NOBODY: MessengerError = MessengerError::Void("nobody is left to be told");

/// Writes the letter of a notification.
///
/// # Errors
/// `Void` when it is not to be sent any more; those of the store and of the text.
pub(crate) async fn write(office: &Office<'_>, notification: &Notification) -> Result<Letter, MessengerError> {
    let unknown = || MessengerError::Unknown(format!("{} {:?}", notification.kind, notification.needs));
    let kind = MessageKind::find(&notification.kind).ok_or_else(unknown)?;
    let said = notification.says.clone().text("sender", &notification.sender);
    let invoice = match notification.recipient {
        Recipient::BillTo { invoice_id } | Recipient::Payer { invoice_id, .. } => {
            Some(office.invoice(invoice_id).await?)
        }
        Recipient::User { .. } | Recipient::Registration { .. } | Recipient::Invited { .. } => None,
    };
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
            office.to_invited(invitation_id, kind, said).await?
        }
        (Recipient::BillTo { .. }, needs @ (SendWhile::Nothing | SendWhile::Unpaid)) => {
            office.to_payer(invoice.as_ref().ok_or_else(unknown)?, None, needs, said).await?
        }
        (Recipient::Payer { user_id, .. }, needs @ (SendWhile::Nothing | SendWhile::Unpaid)) => {
            office.to_payer(invoice.as_ref().ok_or_else(unknown)?, Some(user_id), needs, said).await?
        }
        _ => return Err(unknown()),
    };
    let occurred_at = notification.occurred_at();
    let values = if kind.uses("when") {
        values.text("when", &reader.language.moment(occurred_at, &office.tenant.timezone))
    } else {
        values
    };
    Ok(Letter { kind, values, reader, sender: notification.sender.clone(), occurred_at, invoice })
}

impl Office<'_> {
    /// A user who is still there.
    async fn user(&self, id: UserId) -> Result<User, MessengerError> {
        let user = Users::new(self.ctx.table(), self.scope).get(id).await?;
        user.filter(|user| user.status != UserStatus::Erased).ok_or(NOBODY)
    }

    /// The language of somebody who chose this one, or none.
    fn language(&self, chosen: Option<Locale>) -> Locale {
        self.tenant.country.language_for(chosen)
    }

    /// A user at the user's own address.
    fn reader(&self, user: &User) -> Reader {
        let language = self.language(user.preferences.locale);
        Reader { language, email: Some(user.email.clone()), phone: None, user: Some(user.id) }
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
        kind: MessageKind,
        said: Values,
    ) -> Result<(Reader, Values), MessengerError> {
        let invitation = Invitations::new(self.ctx.table(), self.scope).get(id).await?;
        let invitation = invitation.filter(|invitation| invitation.status_at(self.ctx.now()) == InvitationStatus::Open);
        let invitation = invitation.ok_or(MessengerError::Void("the invitation is open no more"))?;
        let inviter = Users::new(self.ctx.table(), self.scope).get(invitation.invited_by).await?;
        let inviter = inviter.filter(|inviter| inviter.status != UserStatus::Erased);
        let inviter = inviter.map_or_else(|| self.tenant.name.as_str().to_owned(), |inviter| inviter.display_name());
        let said = said.text("inviter", &inviter);
        let (language, said) = match invitation.customer.filter(|_| kind == CUSTOMER_INVITATION) {
            Some(id) => {
                let customer = self.customer(id).await?;
                (self.language(customer.locale), said.text("customer", customer.printed_name()))
            }
            None => (self.language(None), said),
        };
        let link = self.link(LinkPurpose::Invitation, invitation.id.ulid(), &invitation.link, language)?;
        let email = Some(invitation.email);
        Ok((Reader { language, email, phone: None, user: None }, said.link("link", link)))
    }

    /// The invoice that a letter is about.
    async fn invoice(&self, id: InvoiceId) -> Result<Invoice, MessengerError> {
        let invoice = Invoices::new(self.ctx.table(), self.scope).get(id).await?;
        let invoice = invoice.map(|invoice| invoice.trusted("the messenger writes to the customer itself"));
        invoice.ok_or(MessengerError::Void("the invoice is gone"))
    }

    /// Whom an invoice is addressed to, or a user who acts for them, in the invoice's own language. What is left to pay is
    /// what is left now.
    async fn to_payer(
        &self,
        invoice: &Invoice,
        user: Option<UserId>,
        needs: SendWhile,
        said: Values,
    ) -> Result<(Reader, Values), MessengerError> {
        let is_of_what_is_left = needs == SendWhile::Unpaid;
        if is_of_what_is_left && invoice.amount_due().minor() <= 0 {
            return Err(MessengerError::Void("nothing is left to pay"));
        }
        let said = if is_of_what_is_left { said.money("amount", invoice.amount_due()) } else { said };
        let (name, email) = match user {
            Some(user) => (self.acting(user, invoice).await?.given_name().unwrap_or_default(), None),
            None => self.addressee(invoice).await?,
        };
        let reader = Reader { language: invoice.language, email, phone: None, user };
        Ok((reader, said.text("name", &name)))
    }

    /// The user, who must still act for whom the invoice is addressed to, and may sign in. Two round trips.
    async fn acting(&self, id: UserId, invoice: &Invoice) -> Result<User, MessengerError> {
        let Party::Customer(customer) = invoice.bill_to.party else { return Err(NOBODY) };
        let (customer, user) = tokio::try_join!(self.customer(customer), self.user(id))?;
        if !customer.users.contains(&id) || user.status != UserStatus::Active {
            return Err(MessengerError::Void("the user acts for the customer no more"));
        }
        Ok(user)
    }

    /// A customer who is still there. One round trip.
    async fn customer(&self, id: CustomerId) -> Result<Customer, MessengerError> {
        let customer = Customers::new(self.ctx.table(), self.scope).get(id).await?;
        let customer = customer.map(|customer| customer.trusted("the messenger writes to the customer itself"));
        customer.filter(|customer| !customer.is_erased()).ok_or(NOBODY)
    }

    /// How whoever pays an invoice is called, and their address: of a customer as it is now, because what the invoice printed
    /// may be an erased person's. Fails when the person was erased, or the owner of a tenant since its invoice was issued.
    /// One round trip for a customer, one more for one that is a user's own or has a single user; two for a tenant.
    async fn addressee(&self, invoice: &Invoice) -> Result<(String, Option<Email>), MessengerError> {
        let id = match invoice.bill_to.party {
            Party::Customer(id) => id,
            Party::Tenant(id) => {
                let tenant = Tenants::new(self.ctx.table()).get(id).await?.ok_or(NOBODY)?;
                let owner = Users::new(self.ctx.table(), TenantScope::new(id)).get(tenant.owner).await?;
                let erased_at = owner.and_then(|owner| owner.erased_at);
                let issued_at = invoice.issued.as_ref().map(|issued| issued.at);
                let is_owners = erased_at.is_some_and(|erased_at| issued_at.is_none_or(|at| at <= erased_at));
                let email = invoice.bill_to.email.clone();
                return if is_owners { Err(NOBODY) } else { Ok((invoice.bill_to.name.clone(), email)) };
            }
        };
        let customer = self.customer(id).await?;
        let only = match (customer.users.as_slice(), &customer.contact.company) {
            ([only], None) => Some(*only),
            _ => None,
        };
        let mut has_name = true;
        if let Some(own) = customer.contact_of.or(only) {
            let user = Users::new(self.ctx.table(), self.scope).get(own).await?;
            if user.as_ref().is_some_and(|user| user.status == UserStatus::Erased) {
                return Err(NOBODY);
            }
            // Nobody is greeted by a username.
            has_name =
                user.is_none_or(|user| user.given_name().is_some() || user.username.as_str() != invoice.bill_to.name);
        }
        // The name on the invoice is that of whoever had the address that it printed.
        let is_printed = customer.contact.email == invoice.bill_to.email;
        let name = if is_printed { &invoice.bill_to.name } else { customer.contact.name.as_str() };
        Ok((if has_name { name.to_owned() } else { String::new() }, customer.contact.email))
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
        let (base, page, tenant) = (&self.ctx.config().public_url, purpose.page(), &self.tenant.slug);
        let address = format!("{base}/account/{page}#tenant={tenant}&lang={}&token={}", language.tag(), token.expose());
        Link::parse(&address).map_err(|_| MessengerError::NoLink)
    }
}

/// The name to greet a user with, none for one who gave none: in mail to an address that nobody has proven it is the address itself, since whoever
/// registered gave the name, and may write to a stranger with it.
fn greeted(user: &User) -> String {
    if user.email_verified_at.is_some() {
        user.given_name().unwrap_or_default()
    } else {
        user.email.as_str().to_owned()
    }
}
