//! What a link is about: the invoice, how far its payments are, and how to speak of it.

use billing::{Invoice, InvoiceState, Invoices};
use customers::Customers;
use jiff::SignedDuration;
use kernel::{Locale, Money, Party, Timestamp, Zone};
use payments::{Method, Payment, Payments, Status};
use table::{TableError, TenantScope, pages::PageRequest};
use web::Api;

use super::{
    door::{Asked, LinkHolder},
    page::Trouble,
    ways::Way,
};

/// How long after it was paid or taken back an invoice's page still says so.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Of how many of the customer's newest payments the invoice's own are looked for: those that can still be paid are young.
const LOOKED_AT: u16 = 100;

/// An invoice at its page.
pub(crate) struct Bill {
    pub(crate) link: String,
    pub(crate) scope: TenantScope,
    pub(crate) invoice: Invoice,
    /// The payments of the invoice, newest first.
    pub(crate) payments: Vec<Payment>,
    /// The customer's zone, else the seller's.
    pub(crate) zone: Zone,
    pub(crate) language: Locale,
    pub(crate) now: Timestamp,
}

/// What is to be shown of a bill.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scene<'a> {
    /// It can be paid: why nothing is under way, or what is.
    Choose(Remark<'a>),
    /// A payment waits for its payer.
    Wait(&'a Payment),
    /// It is settled.
    Paid(Timestamp),
    /// It was taken back.
    Void,
}

/// What there is to say before somebody chooses a way of paying.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Remark<'a> {
    /// Nothing.
    Nothing,
    /// The payer let the time pass.
    Expired,
    /// The bank or the wallet refused.
    Refused,
    /// The provider did not begin it.
    NotBegun,
    /// It was called off.
    CalledOff,
    /// A payment is under way; another choice calls it off.
    UnderWay(&'a Payment),
}

impl LinkHolder {
    /// What the link is about. One read of the invoice, then for one that is due two of its payments beside one of the customer.
    ///
    /// # Errors
    /// The link is none, or over; the store does not answer.
    pub(crate) async fn bill(&self, api: &Api) -> Result<Bill, Trouble> {
        let named = self.named.ok_or(Trouble::NoLink)?;
        let scope = TenantScope::new(named.tenant);
        tracing::Span::current().record("tenant.id", tracing::field::display(named.tenant));
        let invoice = Invoices::new(api.table(), scope).get(named.invoice).await?.ok_or(Trouble::NoLink)?;
        let invoice = invoice.trusted("who has the link may see and pay the invoice");
        let now = api.now();
        let ended_at = match invoice.state {
            InvoiceState::Draft => return Err(Trouble::NoLink),
            InvoiceState::Paid { at, .. } | InvoiceState::Void { at } => Some(at),
            InvoiceState::Open | InvoiceState::Uncollectible { .. } => None,
        };
        if ended_at.is_some_and(|at| at.plus(SHOWN_FOR) <= now) {
            return Err(Trouble::Over);
        }
        let party = invoice.bill_to.party;
        let (payments, zone) = match ended_at {
            Some(_) => (Vec::new(), None),
            None => tokio::try_join!(payments_of(api, scope, &invoice), zone_of(api, scope, party))?,
        };
        let zone = zone.unwrap_or_else(|| invoice.seller.zone.clone());
        let language = self.asked.language.unwrap_or(invoice.language);
        Ok(Bill { link: self.link.clone(), scope, invoice, payments, zone, language, now })
    }
}

async fn payments_of(api: &Api, scope: TenantScope, invoice: &Invoice) -> Result<Vec<Payment>, TableError> {
    let newest = PageRequest::first::<LOOKED_AT>();
    let page = Payments::new(api.table(), scope).list_of(invoice.bill_to.party, &newest).await?;
    Ok(page.items.into_iter().filter(|payment| payment.purpose.invoice() == Some(invoice.id)).collect())
}

async fn zone_of(api: &Api, scope: TenantScope, party: Party) -> Result<Option<Zone>, TableError> {
    let Party::Customer(id) = party else { return Ok(None) };
    let customer = Customers::new(api.table(), scope).get(id).await?;
    Ok(customer.and_then(|customer| customer.trusted("times are written for the customer itself").zone))
}

impl Bill {
    /// What is to be shown.
    pub(crate) fn scene(&self, asked: Asked) -> Scene<'_> {
        match self.invoice.state {
            InvoiceState::Paid { at, .. } => return Scene::Paid(at),
            InvoiceState::Draft | InvoiceState::Void { .. } => return Scene::Void,
            InvoiceState::Open | InvoiceState::Uncollectible { .. } => {}
        }
        let newest = self.payments.iter().find(|payment| asked.method.is_none_or(|method| payment.method == method));
        let Some(newest) = newest else { return Scene::Choose(Remark::Nothing) };
        match newest.status {
            Status::Pending | Status::Challenge if !self.is_under_way(newest) => Scene::Choose(Remark::Expired),
            Status::Pending | Status::Challenge if asked.choose || !self.fits(newest) => {
                Scene::Choose(Remark::UnderWay(newest))
            }
            Status::Pending | Status::Challenge => Scene::Wait(newest),
            Status::Expired => Scene::Choose(Remark::Expired),
            Status::Failed if newest.failure.is_some() => Scene::Choose(Remark::NotBegun),
            Status::Failed => Scene::Choose(Remark::Refused),
            Status::Cancelled => Scene::Choose(Remark::CalledOff),
            // A part of it was paid, which the sums say.
            Status::Success | Status::PartiallyRefunded | Status::Refunded => Scene::Choose(Remark::Nothing),
        }
    }

    /// What is still to be paid.
    pub(crate) fn due(&self) -> Money {
        self.invoice.amount_due()
    }

    /// Whether the payer of a payment may still act.
    pub(crate) fn is_under_way(&self, payment: &Payment) -> bool {
        payment.status.is_open() && payment.payable_until().is_none_or(|until| self.now < until)
    }

    /// Whether a payment does not ask for more than is due by now.
    fn fits(&self, payment: &Payment) -> bool {
        payment.amount.currency() == self.due().currency() && payment.amount.minor() <= self.due().minor()
    }

    /// The payment of all that is due that waits in a way, if there is one.
    pub(crate) fn waiting(&self, method: Method) -> Option<&Payment> {
        let due = self.due();
        self.payments.iter().find(|one| one.method == method && one.amount == due && self.is_under_way(one))
    }

    /// How often all that is due was asked for in a way, and came to nothing.
    pub(crate) fn tried(&self, method: Method) -> usize {
        let due = self.due();
        self.payments.iter().filter(|one| one.method == method && one.amount == due && !self.is_under_way(one)).count()
    }

    /// The idempotency key of a payment in a way.
    pub(crate) fn key_name(&self, way: Way, tried: usize) -> String {
        let method = super::form::choice_text(way.method, tried.min(self.tried(way.method)));
        let (invoice, due) = (self.invoice.id.ulid(), self.due());
        format!("page-{invoice}-{}-{}{}-{}", way.provider, due.currency(), due.minor(), method.replace('.', "-"))
    }

    /// What changes when there is something new to show.
    pub(crate) fn state(&self, payment: &Payment) -> String {
        format!("{}-{}", self.invoice.version, payment.version)
    }

    /// What the invoice is called.
    pub(crate) fn number(&self) -> String {
        self.invoice.issued.as_ref().map(|issued| issued.number.to_string()).unwrap_or_default()
    }
}
