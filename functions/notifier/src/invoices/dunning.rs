//! What a customer is told whose invoice is overdue: a reminder, that service stops or has stopped, and that it goes on.

use billing::Invoice;
use cloud::Ctx;
use events::{
    Told,
    invoice::InvoiceReminded,
    subscription::{FormerStatus, SubscriptionRestored, SubscriptionSuspended},
};
use messaging::{
    SendWhile, Values,
    catalogue::{MessageKind, PAYMENT_REMINDER, SERVICE_ENDING, SERVICE_RESTORED, SERVICE_SUSPENDED},
};

use crate::{
    NotifierError,
    invoices::payer::{InvoiceNews, tell_payers},
};

/// `invoice.reminded`: please pay, and by when service stops otherwise.
pub(crate) async fn remind(ctx: Ctx, Told { event, data }: Told<InvoiceReminded>) -> Result<(), NotifierError> {
    let news = |_: &Invoice| {
        let says = Values::new().text("number", &data.number).date("due", data.due_date);
        let (kind, says) = match data.stops_on {
            Some(end) => (SERVICE_ENDING, says.date("end", end)),
            None => (PAYMENT_REMINDER, says),
        };
        Some(InvoiceNews { kind, says, needs: SendWhile::Unpaid })
    };
    tell_payers(&ctx, &event, data.invoice_id, news).await
}

/// `subscription.suspended`: service has stopped.
pub(crate) async fn suspended(ctx: Ctx, told: Told<SubscriptionSuspended>) -> Result<(), NotifierError> {
    let news = |invoice: &Invoice| of_service(invoice, SERVICE_SUSPENDED, SendWhile::Unpaid);
    tell_payers(&ctx, &told.event, told.data.invoice_id, news).await
}

/// `subscription.restored`: service goes on, where it had stopped.
pub(crate) async fn restored(ctx: Ctx, told: Told<SubscriptionRestored>) -> Result<(), NotifierError> {
    if told.data.former_status != FormerStatus::Suspended {
        return Ok(());
    }
    let news = |invoice: &Invoice| of_service(invoice, SERVICE_RESTORED, SendWhile::Nothing);
    tell_payers(&ctx, &told.event, told.data.invoice_id, news).await
}

/// `None` for a draft, for which no service stops.
fn of_service(invoice: &Invoice, kind: MessageKind, needs: SendWhile) -> Option<InvoiceNews> {
    let number = invoice.issued.as_ref()?.number.to_string();
    Some(InvoiceNews { kind, says: Values::new().text("number", &number), needs })
}
