//! An order that waits for its payment is confirmed by its invoice, or ends with it; once its time is over, it ends by itself.
//!
//! Round trips: one read of the order, one of its invoice, then one transaction; of an order that ends one read of what is kept for
//! it, one for each SKU and one beside the invoice before that. All again for each lost race.

use aftersales::{AfterSales, Waiting};
use cloud::Ctx;
use events::Cause;
use kernel::{OrderId, RequestId};
use orders::OrderStatus;
use table::{
    Race, TransactError, Transaction,
    agenda::{self, Due},
    until_settled,
};

use crate::OrderWorkError;

/// Why somebody looks at an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its invoice changed.
    Told,
    /// Its time to be paid is over.
    TimeIsOver,
}

/// Confirms or ends an order as its invoice says, if it still waits.
pub(crate) async fn settle_order(desk: &AfterSales<'_>, id: OrderId, why: Why) -> Result<(), OrderWorkError> {
    until_settled(
        || OrderWorkError::Outrun,
        || async {
            let waits = |order: &orders::Order| order.status == OrderStatus::PendingPayment;
            let Some(order) = desk.order(id).await?.filter(waits) else { return Ok(Race::Settled(())) };
            let invoice = desk.invoice(&order).await?;
            let mut transaction = Transaction::new();
            match (Waiting::by(&invoice), why) {
                (Waiting::Paid, _) => {
                    desk.confirm(&mut transaction, &order, &invoice)?;
                }
                (Waiting::CalledOff, _) => {
                    desk.end_unpaid(&mut transaction, &order, OrderStatus::Cancelled, invoice).await?;
                }
                (Waiting::Unpaid, Why::TimeIsOver) => {
                    desk.end_unpaid(&mut transaction, &order, OrderStatus::Expired, invoice).await?;
                }
                (Waiting::Unpaid, Why::Told) => return Ok(Race::Settled(())),
            }
            match desk.ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// Ends an order that was not paid in time; not before that, and once.
pub(crate) async fn expire_order(ctx: Ctx, due: Due) -> Result<(), OrderWorkError> {
    let id: OrderId = due.thing()?;
    let cause = Cause::from(RequestId::new(ctx.new_ulid()));
    let desk = AfterSales { ctx: &ctx, scope: due.scope(), cause: &cause };
    let pay_by = desk.order(id).await?.and_then(|order| order.pay_by);
    if let Some(later) = pay_by.filter(|pay_by| ctx.now() < *pay_by) {
        return Ok(agenda::postpone(ctx.table(), &due, later).await?);
    }
    settle_order(&desk, id, Why::TimeIsOver).await?;
    // Whoever changed the order took it off the agenda; of one that waited no more it is taken off here.
    Ok(agenda::finish(ctx.table(), &due).await?)
}
