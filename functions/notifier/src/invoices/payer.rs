//! Who is told of an invoice: whom it is addressed to, by mail, and the chats, devices and lists of all users who act for them.

use billing::{Invoice, Invoices};
use cloud::Ctx;
use customers::Customers;
use events::Event;
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{InvoiceId, Party, UserId};
use messaging::{Channel, Contacts, Notice, Recipient, SendWhile, Values, catalogue::MessageKind};

use crate::{
    NotifierError,
    announcer::{AT_ONCE, Announcer},
};

/// What is told of an invoice.
pub(crate) struct InvoiceNews {
    pub(crate) kind: MessageKind,
    pub(crate) says: Values,
    pub(crate) needs: SendWhile,
}

/// Tells those who pay an invoice what `news` makes of it as it is; nobody where that is nothing, or the tenant or the invoice
/// is gone. One round trip for the invoice, and those of [`to_payers`].
///
/// # Errors
/// Those of the table.
pub(crate) async fn tell_payers(
    ctx: &Ctx,
    event: &Event,
    invoice: InvoiceId,
    news: impl FnOnce(&Invoice) -> Option<InvoiceNews>,
) -> Result<(), NotifierError> {
    let Some((announcer, invoice)) = invoice_of(ctx, event, invoice).await? else { return Ok(()) };
    let Some(news) = news(&invoice) else { return Ok(()) };
    announcer.tell(to_payers(ctx, &announcer, &invoice, news).await?).await
}

/// An invoice that an event is about, as it is; `None` where the tenant or the invoice is gone. One round trip beside those for
/// the tenant.
///
/// # Errors
/// Those of the table.
pub(crate) async fn invoice_of<'a>(
    ctx: &'a Ctx,
    event: &'a Event,
    invoice: InvoiceId,
) -> Result<Option<(Announcer<'a>, Invoice)>, NotifierError> {
    let Some(announcer) = Announcer::of(ctx, event).await? else { return Ok(None) };
    let found = Invoices::new(ctx.table(), announcer.scope()).get(invoice).await?;
    Ok(found.map(|invoice| (announcer, invoice.trusted("the notifier writes to the customer itself"))))
}

/// A notice to each; to nobody when the customer was erased since. One round trip for a customer, and one for each of its
/// users.
///
/// # Errors
/// Those of the table.
pub(crate) async fn to_payers(
    ctx: &Ctx,
    announcer: &Announcer<'_>,
    invoice: &Invoice,
    news: InvoiceNews,
) -> Result<Vec<Notice>, NotifierError> {
    let InvoiceNews { kind, says, needs } = news;
    let sender = invoice.seller.name.clone();
    let notice =
        |recipient, channels| Notice { kind, recipient, channels, says: says.clone(), sender: sender.clone(), needs };
    let Some(users) = users_of(ctx, announcer, invoice).await? else { return Ok(Vec::new()) };
    let contacts = Contacts::new(ctx.table(), announcer.scope());
    let channels = stream::iter(users).map(|user_id| async move {
        let chat = contacts.telegram_of(user_id).await?.filter(|contact| contact.blocked_at.is_none());
        // Whoever has devices is told there too: the announcer looks.
        let chat = chat.map(|_| Channel::Telegram);
        Ok::<_, NotifierError>((user_id, [Channel::InApp].into_iter().chain(chat).collect::<Vec<_>>()))
    });
    let users: Vec<_> = channels.buffered(AT_ONCE).try_collect().await?;
    let invoice_id = invoice.id;
    let email = invoice.bill_to.email.as_ref().map(|_| notice(Recipient::BillTo { invoice_id }, vec![Channel::Email]));
    let users = users.into_iter();
    let users = users.map(|(user_id, channels)| notice(Recipient::Payer { user_id, invoice_id }, channels));
    Ok(email.into_iter().chain(users).collect())
}

/// The users who act for whom an invoice is addressed to; `None` when the customer was erased since.
async fn users_of(
    ctx: &Ctx,
    announcer: &Announcer<'_>,
    invoice: &Invoice,
) -> Result<Option<Vec<UserId>>, NotifierError> {
    let Party::Customer(id) = invoice.bill_to.party else { return Ok(Some(Vec::new())) };
    let customer = Customers::new(ctx.table(), announcer.scope()).get(id).await?;
    let customer = customer.map(|customer| customer.trusted("the notifier writes to the customer itself"));
    let customer = customer.filter(|customer| !customer.is_erased());
    if customer.is_none() {
        tracing::info!(event.id = %announcer.event.id, "nobody is left to be told");
    }
    Ok(customer.map(|customer| customer.users))
}
