//! `payment.succeeded`: thanks.

use billing::{Invoice, Invoices};
use cloud::Ctx;
use events::{
    Told,
    payment::{PaymentFacts, PaymentSucceeded},
};
use kernel::Zone;
use messaging::{SendWhile, Values, catalogue::PAYMENT_RECEIVED};
use payments::{Payment, Payments};

use crate::{
    NotifierError,
    announcer::Announcer,
    invoices::payer::{InvoiceNews, to_payers},
};

/// To the customer who paid, by mail and in Telegram.
pub(crate) async fn tell(ctx: Ctx, told: Told<PaymentSucceeded>) -> Result<(), NotifierError> {
    let PaymentSucceeded(PaymentFacts { payment_id, invoice_id: Some(invoice_id), .. }) = told.data else {
        return Ok(());
    };
    let Some(announcer) = Announcer::of(&ctx, &told.event).await? else { return Ok(()) };
    let (payments, invoices) =
        (Payments::new(ctx.table(), announcer.scope()), Invoices::new(ctx.table(), announcer.scope()));
    let (payment, invoice) = tokio::join!(payments.get(payment_id), invoices.get(invoice_id));
    let (Some(payment), Some(invoice)) = (payment?, invoice?) else { return Ok(()) };
    let payment = payment.trusted("the notifier writes to the customer itself");
    let invoice = invoice.trusted("the notifier writes to the customer itself");
    let says = says(&payment, &invoice, &announcer.tenant.timezone);
    let news = InvoiceNews { kind: PAYMENT_RECEIVED, says, needs: SendWhile::Nothing };
    announcer.tell(to_payers(&ctx, &announcer, &invoice, news).await?).await
}

fn says(payment: &Payment, invoice: &Invoice, zone: &Zone) -> Values {
    let number = invoice.issued.as_ref().map(|issued| issued.number.to_string()).unwrap_or_default();
    let paid_at = payment.settled_at.unwrap_or(payment.updated_at);
    Values::new().text("number", &number).money("amount", payment.amount).date("paid", paid_at.date_in(zone))
}
