//! Who is told of money: those who pay the invoice that it is about, or else every user who acts for the customer whose money
//! it is, or the customer's own address where nobody does.

use billing::Invoices;
use customers::Customers;
use kernel::{InvoiceId, Party};
use messaging::{Channel, Notice, Recipient, SendWhile, Values, catalogue::MessageKind};

use crate::{
    NotifierError,
    announcer::Announcer,
    invoices::payer::{InvoiceNews, to_payers},
};

/// What money is about.
pub(crate) struct Matter {
    /// What it is called where no invoice is known.
    pub(crate) name: String,
    /// The invoice.
    pub(crate) invoice: Option<InvoiceId>,
    /// Whose money it is.
    pub(crate) customer: Party,
}

/// Tells those who pay the invoice of a matter, under its number, or else those who act for its customer, under its name.
/// One round trip for the invoice, and those of the notices.
///
/// # Errors
/// Those of the table and of the queues.
pub(crate) async fn tell_of(
    announcer: &Announcer<'_>,
    matter: Matter,
    kind: MessageKind,
    says: Values,
) -> Result<(), NotifierError> {
    let invoice = match matter.invoice {
        Some(id) => Invoices::new(announcer.ctx.table(), announcer.scope()).get(id).await?,
        None => None,
    };
    let invoice = invoice.map(|invoice| invoice.trusted("the notifier writes to the customer itself"));
    let number = invoice.as_ref().and_then(|invoice| invoice.issued.as_ref()).map(|issued| issued.number.to_string());
    let says = says.text("reference", &number.unwrap_or(matter.name));
    let notices = match &invoice {
        Some(invoice) => {
            let news = InvoiceNews { kind, says, needs: SendWhile::Nothing };
            to_payers(announcer.ctx, announcer, invoice, news).await?
        }
        None => to_customer(announcer, matter.customer, kind, says).await?,
    };
    announcer.tell(notices).await
}

/// A notice to each user who acts for a customer, by mail and in their lists; where there is none, to the address that its
/// invoices are sent to. To nobody when the customer was erased, or is a tenant. One round trip for the customer.
///
/// # Errors
/// Those of the table.
pub(crate) async fn to_customer(
    announcer: &Announcer<'_>,
    customer: Party,
    kind: MessageKind,
    says: Values,
) -> Result<Vec<Notice>, NotifierError> {
    let Party::Customer(id) = customer else { return Ok(Vec::new()) };
    let customer = Customers::new(announcer.ctx.table(), announcer.scope()).get(id).await?;
    let customer = customer.map(|customer| customer.trusted("the notifier writes to the customer itself"));
    let Some(customer) = customer.filter(|customer| !customer.is_erased()) else { return Ok(Vec::new()) };
    let notice = |recipient, needs| Notice {
        kind,
        recipient,
        channels: match recipient.user() {
            Some(_) => vec![Channel::Email, Channel::InApp],
            None => vec![Channel::Email],
        },
        says: says.clone(),
        sender: announcer.sender(),
        needs,
    };
    if customer.users.is_empty() {
        let address = customer.contact.email.map(|_| Recipient::Customer { customer_id: id });
        return Ok(address.map(|address| notice(address, SendWhile::Nothing)).into_iter().collect());
    }
    let users = customer.users.into_iter().map(|user_id| Recipient::User { user_id });
    Ok(users.map(|user| notice(user, SendWhile::ActiveUser)).collect())
}
