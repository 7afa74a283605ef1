//! `payment.refunded`: money goes back to the payer. `payment.refund_failed`: it did not, and is on the balance again.

use cloud::Ctx;
use events::{
    Told,
    payment::{PaymentRefundFailed, PaymentRefunded},
};
use messaging::{
    Values,
    catalogue::{PAYMENT_PAID_BACK, PAYMENT_REFUNDED, REFUND_FAILED},
};
use payments::{RefundOrigin, Refunds};

use crate::{
    NotifierError,
    announcer::Announcer,
    money::customer::{Matter, tell_of},
};

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
    let matter = Matter { name: data.payment_id.to_string(), invoice: data.invoice_id, customer: data.customer_id };
    tell_of(&announcer, matter, kind, says).await
}

/// To the customer who was to get it.
pub(crate) async fn failed(ctx: Ctx, Told { event, data }: Told<PaymentRefundFailed>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let says = Values::new().money("amount", data.amount);
    let matter = Matter { name: data.payment_id.to_string(), invoice: data.invoice_id, customer: data.customer_id };
    tell_of(&announcer, matter, REFUND_FAILED, says).await
}
