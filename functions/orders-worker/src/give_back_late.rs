//! `payment.succeeded`: money that came in for an order that is over, or paid already, goes back by itself, and its
//! buyer is told.
//!
//! Round trips: one read of the invoice that the payment was for; of an order that is over, those of
//! [`AfterSales::give_back_late`].

use aftersales::AfterSales;
use cloud::Ctx;
use events::{Told, payment::PaymentSucceeded};
use table::TenantScope;

use crate::{OrderWorkError, caused_by};

/// Gives a payment back that no order waits for.
pub(crate) async fn give_back_late(
    ctx: Ctx,
    Told { event, data }: Told<PaymentSucceeded>,
) -> Result<(), OrderWorkError> {
    let PaymentSucceeded(facts) = data;
    let Some(invoice) = facts.invoice_id else { return Ok(()) };
    let (scope, cause) = (TenantScope::new(event.tenant_id), caused_by(&event));
    Ok(AfterSales { ctx: &ctx, scope, cause: &cause }.give_back_late(facts.payment_id, invoice).await?)
}
