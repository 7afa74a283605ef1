//! An order that waits for its payment is confirmed by its invoice, or ends with it; once its time is over, or its buyer is erased,
//! it ends by itself.
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
    /// Its buyer was erased.
    BuyerErased,
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
                (Waiting::CalledOff, _) | (Waiting::Unpaid, Why::BuyerErased) => {
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

/// Ends an order that was not paid in time; not before that, and once. Of one that is over, goods that it still keeps are released, and
/// where its goods went is forgotten once it is time.
pub(crate) async fn do_order(ctx: Ctx, due: Due) -> Result<(), OrderWorkError> {
    let id: OrderId = due.thing()?;
    let cause = Cause::from(RequestId::new(ctx.new_ulid()));
    let desk = AfterSales { ctx: &ctx, scope: due.scope(), cause: &cause };
    let Some(order) = desk.order(id).await? else { return Ok(agenda::finish(ctx.table(), &due).await?) };
    if !order.progress.to_release.is_empty() {
        return Ok(desk.release_rest(&due, &order).await?);
    }
    if order.status != OrderStatus::PendingPayment {
        return Ok(desk.forget_delivery(&due, &order).await?);
    }
    if let Some(later) = order.pay_by.filter(|pay_by| ctx.now() < *pay_by) {
        return Ok(agenda::postpone(ctx.table(), &due, later).await?);
    }
    // Whatever it becomes, it is on the agenda for its next time then, or off it.
    settle_order(&desk, id, Why::TimeIsOver).await
}
