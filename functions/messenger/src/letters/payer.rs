//! Who gets a letter about an invoice: the payer, or a user who acts for the payer.

use billing::{Invoice, Invoices, PayLink, PayLinks};
use customers::{Customer, Customers};
use identity::{User, UserStatus, Users};
use kernel::{CustomerId, Email, InvoiceId, Party, UserId};
use messaging::{Link, SendWhile, Values, texts::KindOf};
use table::TenantScope;
use tenancy::Tenants;

use crate::{
    MessengerError,
    letters::letter::{NOBODY, Reader},
    office::Office,
};

impl Office<'_> {
    /// The invoice that a letter is about.
    pub(crate) async fn invoice(&self, id: InvoiceId) -> Result<Invoice, MessengerError> {
        let invoice = Invoices::new(self.ctx.table(), self.scope).get(id).await?;
        let invoice = invoice.map(|invoice| invoice.trusted("the messenger writes to the customer itself"));
        invoice.ok_or(MessengerError::Void("the invoice is gone"))
    }

    /// Whom an invoice is addressed to, or a user who acts for them, in the invoice's own language. What is left to pay is
    /// what is left now.
    pub(crate) async fn to_payer(
        &self,
        invoice: &Invoice,
        user: Option<UserId>,
        (kind, needs): (&KindOf, SendWhile),
        said: Values,
    ) -> Result<(Reader, Values), MessengerError> {
        let is_of_what_is_left = needs == SendWhile::Unpaid;
        if is_of_what_is_left && invoice.amount_due().minor() <= 0 {
            return Err(MessengerError::Void("nothing is left to pay"));
        }
        let said = if is_of_what_is_left { said.money("amount", invoice.amount_due()) } else { said };
        let said = if kind.uses("pay") { said.link("pay", self.pay_link(invoice)?) } else { said };
        let (name, email) = match user {
            Some(user) => (self.acting(user, invoice).await?.given_name().unwrap_or_default(), None),
            None => self.addressee(invoice).await?,
        };
        let reader = Reader { language: invoice.language, email, phone: None, user, proven_at: None };
        Ok((reader, said.text("name", &name)))
    }

    /// The page where whoever gets the letter can pay the invoice.
    fn pay_link(&self, invoice: &Invoice) -> Result<Link, MessengerError> {
        let (keys, base) = (&self.ctx.ports().keys, self.tenant.base_url(&self.ctx.config().public_url));
        let link = PayLink { tenant: self.tenant.id, invoice: invoice.id };
        let address = PayLinks::new(|purpose| keys.derive(purpose)).url(&base, link);
        address.and_then(|address| Link::parse(&address).ok()).ok_or(MessengerError::NoLink)
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
    pub(crate) async fn customer(&self, id: CustomerId) -> Result<Customer, MessengerError> {
        let customer = Customers::new(self.ctx.table(), self.scope).get(id).await?;
        let customer = customer.map(|customer| customer.trusted("the messenger writes to the customer itself"));
        customer.filter(|customer| !customer.is_erased()).ok_or(NOBODY)
    }

    /// The payer's name and address: a customer's as they are now, because what the invoice printed
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
        // The name on the invoice is that of whoever had the address that it printed.
        let is_printed = customer.contact.email == invoice.bill_to.email;
        let name = if is_printed { &invoice.bill_to.name } else { customer.contact.name.as_str() };
        let name = self.greeted(&customer, name).await?;
        Ok((name, customer.contact.email))
    }

    /// A customer for whom no user acts, where its invoices are sent.
    pub(crate) async fn to_customer(&self, id: CustomerId, said: Values) -> Result<(Reader, Values), MessengerError> {
        let customer = self.customer(id).await?;
        let name = self.greeted(&customer, customer.contact.name.as_str()).await?;
        let language = self.language(customer.locale);
        let reader = Reader { language, email: customer.contact.email, phone: None, user: None, proven_at: None };
        Ok((reader, said.text("name", &name)))
    }

    /// The name to greet a customer with of whom this one is known; empty where it is a username only. Fails when the person
    /// whose address it is was erased. One round trip for a customer that is a user's own or has a single user.
    async fn greeted(&self, customer: &Customer, name: &str) -> Result<String, MessengerError> {
        let only = match (customer.users.as_slice(), &customer.contact.company) {
            ([only], None) => Some(*only),
            _ => None,
        };
        let Some(own) = customer.contact_of.or(only) else { return Ok(name.to_owned()) };
        let user = Users::new(self.ctx.table(), self.scope).get(own).await?;
        if user.as_ref().is_some_and(|user| user.status == UserStatus::Erased) {
            return Err(NOBODY);
        }
        // Nobody is greeted by a username.
        let has_name = user.is_none_or(|user| user.given_name().is_some() || user.username.as_str() != name);
        Ok(if has_name { name.to_owned() } else { String::new() })
    }
}
