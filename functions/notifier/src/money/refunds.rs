//! `payment.refunded`: money goes back to the payer. `payment.refund_failed`: it did not, and is on the balance again.

use billing::Invoices;
use cloud::Ctx;
use events::{
    Told,
    payment::{PaymentRefundFailed, PaymentRefunded},
};
use kernel::{InvoiceId, Party, PaymentId};
use messaging::{
    SendWhile, Values,
    catalogue::{MessageKind, PAYMENT_PAID_BACK, PAYMENT_REFUNDED, REFUND_FAILED},
};
use payments::{RefundOrigin, Refunds};

use crate::{
    NotifierError,
    announcer::Announcer,
    invoices::payer::{InvoiceNews, to_payers},
    money::customer::to_customer,
};

/// Which payment a refund is of.
struct OfPayment {
    payment: PaymentId,
    invoice: Option<InvoiceId>,
    payer: Party,
}

/// To the customer who paid: how much goes back, and whether by the way that it came or by hand.
pub(crate) async fn given(ctx: Ctx, Told { event, data }: Told<PaymentRefunded>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let refund = match data.refund_id {
        Some(id) => Refunds::new(ctx.table(), announcer.scope()).get(data.payment_id, id).await?,
        None => None,
    };
    let kind = match refund.as_ref().map(|refund| refund.origin) {
        Some(RefundOrigin::ByHand) => PAYMENT_PAID_BACK,
        Some(RefundOrigin::Asked | RefundOrigin::Provider) | None => PAYMENT_REFUNDED,
    };
    let amount = refund.map_or(data.refunded, |refund| refund.amount);
    let says = Values::new().money("amount", amount).money("payment", data.amount);
    let of = OfPayment { payment: data.payment_id, invoice: data.invoice_id, payer: data.customer_id };
    tell(&ctx, &announcer, of, (kind, says)).await
}

/// To the customer who was to get it.
pub(crate) async fn failed(ctx: Ctx, Told { event, data }: Told<PaymentRefundFailed>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let says = Values::new().money("amount", data.amount);
    let of = OfPayment { payment: data.payment_id, invoice: data.invoice_id, payer: data.customer_id };
    tell(&ctx, &announcer, of, (REFUND_FAILED, says)).await
}

/// To those who pay the invoice that the payment was for, named by its number; of a payment for the balance to those who act
/// for the customer, named by its own id.
async fn tell(
    ctx: &Ctx,
    announcer: &Announcer<'_>,
    of: OfPayment,
    (kind, says): (MessageKind, Values),
) -> Result<(), NotifierError> {
    let invoice = match of.invoice {
        Some(id) => Invoices::new(ctx.table(), announcer.scope()).get(id).await?,
        None => None,
    };
    let invoice = invoice.map(|invoice| invoice.trusted("the notifier writes to the customer itself"));
    let number = invoice.as_ref().and_then(|invoice| invoice.issued.as_ref()).map(|issued| issued.number.to_string());
    let says = says.text("reference", &number.unwrap_or_else(|| of.payment.to_string()));
    let notices = match &invoice {
        Some(invoice) => {
            to_payers(ctx, announcer, invoice, InvoiceNews { kind, says, needs: SendWhile::Nothing }).await?
        }
        None => to_customer(announcer, of.payer, kind, says).await?,
    };
    announcer.tell(notices).await
}
