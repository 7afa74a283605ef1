//! What a customer is told whose invoice is overdue: a reminder, that service stops or has stopped, that it goes on, or that
//! the subscription has ended.

use billing::Invoice;
use cloud::Ctx;
use events::{
    Told,
    invoice::{InvoiceReminded, ServiceStop},
    subscription::{FormerStatus, SubscriptionCancelled, SubscriptionRestored, SubscriptionSuspended},
};
use messaging::{
    SendWhile, Values,
    catalogue::{
        MessageKind, PAYMENT_REMINDER, PAYMENT_REMINDER_AGAIN, SERVICE_ENDING, SERVICE_ENDING_AGAIN, SERVICE_RESTORED,
        SERVICE_SUSPENDED, SERVICE_SUSPENDED_FOR_SEVERAL, SUBSCRIPTION_ENDED, SUBSCRIPTION_ENDING,
        SUBSCRIPTION_ENDING_AGAIN,
    },
};

use crate::{
    NotifierError,
    invoices::{
        overdue_beside::overdue_beside,
        payer::{InvoiceNews, invoice_of, tell_payers, to_payers},
    },
};

/// `invoice.reminded`: please pay, and by when service stops otherwise, and how. From the second on a reminder says which it is, and
/// for how many days the invoice is overdue.
pub(crate) async fn remind(ctx: Ctx, Told { event, data }: Told<InvoiceReminded>) -> Result<(), NotifierError> {
    let news = |_: &Invoice| Some(reminder(&data));
    tell_payers(&ctx, &event, data.invoice_id, news).await
}

fn reminder(data: &InvoiceReminded) -> InvoiceNews {
    let again = data.reminder.zip(data.days_overdue).filter(|(number, _)| *number > 1);
    // An event without it is of a time when all were told of a suspension.
    let stop = data.stop.unwrap_or(ServiceStop::Suspend);
    let kind = match (data.stops_on.map(|_| stop), again) {
        (None, None) => PAYMENT_REMINDER,
        (None, Some(_)) => PAYMENT_REMINDER_AGAIN,
        (Some(ServiceStop::Suspend), None) => SERVICE_ENDING,
        (Some(ServiceStop::Suspend), Some(_)) => SERVICE_ENDING_AGAIN,
        (Some(ServiceStop::Cancel), None) => SUBSCRIPTION_ENDING,
        (Some(ServiceStop::Cancel), Some(_)) => SUBSCRIPTION_ENDING_AGAIN,
    };
    let says = Values::new().text("number", &data.number).date("due", data.due_date);
    let says = data.stops_on.into_iter().fold(says, |says, end| says.date("end", end));
    let says = again
        .into_iter()
        .fold(says, |says, (number, days)| says.text("count", &number.to_string()).text("days", &days.to_string()));
    InvoiceNews { kind, says, needs: SendWhile::Unpaid }
}

/// `subscription.suspended`: service has stopped, and what must be paid before it goes on.
pub(crate) async fn suspended(ctx: Ctx, told: Told<SubscriptionSuspended>) -> Result<(), NotifierError> {
    let Some((announcer, invoice)) = invoice_of(&ctx, &told.event, told.data.invoice_id).await? else { return Ok(()) };
    let Some(mut news) = of_service(&invoice, SERVICE_SUSPENDED, SendWhile::Unpaid) else { return Ok(()) };
    if let Some(others) = overdue_beside(&ctx, announcer.scope(), &invoice).await? {
        news.kind = SERVICE_SUSPENDED_FOR_SEVERAL;
        news.says = others.said(news.says, invoice.amount_due())?;
    }
    announcer.tell(to_payers(&ctx, &announcer, &invoice, news).await?).await
}

/// `subscription.restored`: service goes on, where it had stopped.
pub(crate) async fn restored(ctx: Ctx, told: Told<SubscriptionRestored>) -> Result<(), NotifierError> {
    if told.data.former_status != FormerStatus::Suspended {
        return Ok(());
    }
    let news = |invoice: &Invoice| of_service(invoice, SERVICE_RESTORED, SendWhile::Nothing);
    tell_payers(&ctx, &told.event, told.data.invoice_id, news).await
}

/// `subscription.cancelled` for an invoice that was not paid.
pub(crate) async fn ended(ctx: Ctx, told: Told<SubscriptionCancelled>) -> Result<(), NotifierError> {
    let Some(invoice) = told.data.invoice_id else { return Ok(()) };
    let news = |invoice: &Invoice| of_service(invoice, SUBSCRIPTION_ENDED, SendWhile::Unpaid);
    tell_payers(&ctx, &told.event, invoice, news).await
}

/// `None` for a draft, for which no service stops.
fn of_service(invoice: &Invoice, kind: MessageKind, needs: SendWhile) -> Option<InvoiceNews> {
    let number = invoice.issued.as_ref()?.number.to_string();
    Some(InvoiceNews { kind, says: Values::new().text("number", &number), needs })
}
