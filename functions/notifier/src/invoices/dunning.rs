//! What a customer is told whose invoice is overdue: a reminder, that service stops or has stopped, and that it goes on.

use billing::{Invoice, Invoices};
use cloud::Ctx;
use events::{
    Told,
    invoice::InvoiceReminded,
    subscription::{FormerStatus, SubscriptionRestored, SubscriptionSuspended},
};
use kernel::InvoiceId;
use messaging::{
    SendWhile, Values,
    catalogue::{PAYMENT_REMINDER, SERVICE_ENDING, SERVICE_RESTORED, SERVICE_SUSPENDED},
};

use crate::{
    NotifierError,
    announcer::Announcer,
    invoices::payer::{InvoiceNews, to_payers},
};

/// `invoice.reminded`: please pay, and by when service stops otherwise.
pub(crate) async fn remind(ctx: Ctx, Told { event, data }: Told<InvoiceReminded>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let Some(invoice) = invoice(&ctx, &announcer, data.invoice_id).await? else { return Ok(()) };
    let says = Values::new().text("number", &data.number).date("due", data.due_date);
    let (kind, says) = match data.stops_on {
        Some(end) => (SERVICE_ENDING, says.date("end", end)),
        None => (PAYMENT_REMINDER, says),
    };
    let news = InvoiceNews { kind, says, needs: SendWhile::Unpaid };
    announcer.tell(to_payers(&ctx, &announcer, &invoice, news).await?).await
}

/// `subscription.suspended`: service has stopped.
pub(crate) async fn suspended(ctx: Ctx, told: Told<SubscriptionSuspended>) -> Result<(), NotifierError> {
    let Told { event, data } = told;
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let Some(invoice) = invoice(&ctx, &announcer, data.invoice_id).await? else { return Ok(()) };
    let news = InvoiceNews { kind: SERVICE_SUSPENDED, says: number(&invoice), needs: SendWhile::Unpaid };
    announcer.tell(to_payers(&ctx, &announcer, &invoice, news).await?).await
}

/// `subscription.restored`: service goes on, where it had stopped.
pub(crate) async fn restored(ctx: Ctx, told: Told<SubscriptionRestored>) -> Result<(), NotifierError> {
    let Told { event, data } = told;
    if data.former_status != FormerStatus::Suspended {
        return Ok(());
    }
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let Some(invoice) = invoice(&ctx, &announcer, data.invoice_id).await? else { return Ok(()) };
    let news = InvoiceNews { kind: SERVICE_RESTORED, says: number(&invoice), needs: SendWhile::Nothing };
    announcer.tell(to_payers(&ctx, &announcer, &invoice, news).await?).await
}

async fn invoice(ctx: &Ctx, announcer: &Announcer<'_>, id: InvoiceId) -> Result<Option<Invoice>, NotifierError> {
    let found = Invoices::new(ctx.table(), announcer.scope()).get(id).await?;
    Ok(found.map(|invoice| invoice.trusted("the notifier writes to the customer itself")))
}

fn number(invoice: &Invoice) -> Values {
    let number = invoice.issued.as_ref().map(|issued| issued.number.to_string()).unwrap_or_default();
    Values::new().text("number", &number)
}
