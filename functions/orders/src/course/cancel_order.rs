//! `POST /api/v1/orders/{id}/cancel`: an order is called off.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read of the
//! idempotency key if there is one, one read of the order and one of the cart for a guest, one of the invoice, one of what is kept
//! for it, one for each SKU, one beside the invoice, for money that goes back the next number and the payments, one transaction; from
//! the order on again for every race that is lost.

use aftersales::{AfterSales, Waiting};
use axum::extract::State;
use events::Cause;
use identity::{Reach, audit::Actor};
use kernel::OrderId;
use orders::{CourseError, Order, OrderStatus};
use table::{Race, Transaction, until_settled};
use web::{Api, Edit, Envelope, Id, Problem, Reply};

use crate::{
    ORDER_CANCELLED, OrdersWrite,
    course::order_change::{desk, may_refund, said},
    orders::{get_order::open, order_view::OrderView},
    shopping::shopper::Shopper,
};

/// Cancel an order
///
/// Its buyer can while it is to be paid. The shop's members can until all of it was sent: what was paid for the rest goes back by
/// itself, by a credit note and, where the payments can give back, by a refund of each, five at most; what is over is on the buyer's
/// balance. Where money goes back, they need `refunds:write` too. Of an order of which
/// some was sent, the rest is called off, and the order is fulfilled. Goods and uses of promotions are there again. Cancelling a
/// cancelled order changes nothing.
#[utoipa::path(
    post, path = "/api/v1/orders/{id}/cancel",
    responses(
        (status = 200, body = Envelope<OrderView>),
        (status = 409, description = "CONFLICT, REFUND_ON_ITS_WAY; ORDER_WRONG_MOVE, with what is `allowed`")
    )
)]
pub async fn cancel_order(
    State(api): State<Api>,
    shopper: Shopper<OrdersWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<OrderId>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let desk = desk(&api, shopper.scope, &cause);
    let outcome = until_settled(Problem::conflict, || async {
        let order = open(&api, &shopper, id).await?;
        if_match.check(order.version)?;
        let mut transaction = Transaction::new();
        let next = if order.status == OrderStatus::Cancelled {
            order
        } else {
            let staff = shopper.caller.as_ref().filter(|caller| caller.reach == Reach::Tenant);
            if order.status != OrderStatus::PendingPayment && staff.is_none() {
                return Err(said(not_theirs(&order).into()));
            }
            if let Some(staff) = staff.filter(|staff| may_refund(staff).is_err())
                && gives_back(&desk, &order).await?
            {
                may_refund(staff)?;
            }
            let next = cancelled(&desk, &mut transaction, &order).await?;
            let entry = match &shopper.caller {
                Some(caller) => caller.entry(&api, &info, ORDER_CANCELLED),
                // Whoever shows a cart's token may have stolen it.
                None => info.entry(&api, Actor::Anonymous, ORDER_CANCELLED),
            };
            entry.about(id).insert(&mut transaction, shopper.scope)?;
            next
        };
        let reply = Reply::ok(&OrderView::of(&api, &shopper.tenant, &next))?.version(next.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

/// Whether money goes back when an order is called off: what was paid of it, or of a part. One read of the invoice of one that is to
/// be paid.
pub(super) async fn gives_back(desk: &AfterSales<'_>, order: &Order) -> Result<bool, Problem> {
    Ok(order.status != OrderStatus::PendingPayment || !desk.invoice(order).await?.payments.is_empty())
}

/// Adds to a transaction that an order is called off, as it stands.
///
/// # Errors
/// `ORDER_WRONG_MOVE`, `REFUND_ON_ITS_WAY`; those of the table.
pub(super) async fn cancelled(
    desk: &AfterSales<'_>,
    transaction: &mut Transaction,
    order: &Order,
) -> Result<Order, Problem> {
    if order.status != OrderStatus::PendingPayment {
        return Ok(desk.call_off(transaction, order).await.map_err(said)?.order);
    }
    let invoice = desk.invoice(order).await?;
    if Waiting::by(&invoice) == Waiting::Paid {
        // It is about to be confirmed: whoever wants it cancelled asks again.
        return Err(Problem::conflict());
    }
    desk.end_unpaid(transaction, order, OrderStatus::Cancelled, invoice).await.map_err(said)
}

/// What a buyer cannot call off.
fn not_theirs(order: &Order) -> CourseError {
    CourseError::WrongMove { from: order.status, to: "cancelled", allowed: Vec::new() }
}
