//! `PUT /api/v1/orders/{id}/status`: staff says how an order stands.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the order, one transaction; from the order on again for every race that is lost. To cancel it, those of
//! `POST /api/v1/orders/{id}/cancel`.

use axum::extract::State;
use events::Cause;
use kernel::OrderId;
use orders::OrderStatus;
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    FulfilmentsWrite, ORDER_STATUS_CHANGED,
    course::{
        cancel_order::{cancelled, gives_back},
        order_change::{desk, found, may_refund, said},
    },
    orders::order_view::OrderView,
};

/// How the order is to stand.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "status": "completed" }))]
pub struct ReplaceOrderStatus {
    pub status: OrderStatusAsked,
}

/// How an order is to stand: by hand it is cancelled, delivered and completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatusAsked {
    /// Not by hand.
    PendingPayment,
    /// Not by hand: by its payment.
    Confirmed,
    /// Not by hand: by a fulfilment.
    PartiallyFulfilled,
    /// Not by hand: by a fulfilment.
    Fulfilled,
    /// All of it arrived.
    Delivered,
    /// It is done.
    Completed,
    /// It is called off, as by `POST /orders/{id}/cancel`.
    Cancelled,
    /// Not by hand: by the time.
    Expired,
}

impl OrderStatusAsked {
    const fn as_str(self) -> &'static str {
        match self {
            Self::PendingPayment => OrderStatus::PendingPayment.as_str(),
            Self::Confirmed => OrderStatus::Confirmed.as_str(),
            Self::PartiallyFulfilled => OrderStatus::PartiallyFulfilled.as_str(),
            Self::Fulfilled => OrderStatus::Fulfilled.as_str(),
            Self::Delivered => "delivered",
            Self::Completed => OrderStatus::Completed.as_str(),
            Self::Cancelled => OrderStatus::Cancelled.as_str(),
            Self::Expired => OrderStatus::Expired.as_str(),
        }
    }
}

/// Replace the status of an order
///
/// For the shop's members. What is not allowed from how it stands is 409, with what is in `allowed`: an order is confirmed by its
/// payment, fulfilled by what is sent, and expires by itself.
#[utoipa::path(
    put, path = "/api/v1/orders/{id}/status",
    responses(
        (status = 200, body = Envelope<OrderView>),
        (status = 409, description = "CONFLICT, REFUND_ON_ITS_WAY; ORDER_WRONG_MOVE, with what is `allowed`")
    )
)]
pub async fn replace_order_status(
    State(api): State<Api>,
    caller: Caller<FulfilmentsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<OrderId>,
    Json(body): Json<ReplaceOrderStatus>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let cause = Cause::from(&info);
    let desk = desk(&api, caller.scope, &cause);
    let outcome = until_settled(Problem::conflict, || async {
        let order = caller.open(&api, found(&desk, id).await?).await?;
        if_match.check(order.version)?;
        let asked = body.status.as_str();
        if !order.hand_moves().contains(&asked) {
            return Err(said(order.wrong_move(asked).into()));
        }
        let mut transaction = Transaction::new();
        let next = match body.status {
            OrderStatusAsked::Delivered => desk.deliver(&mut transaction, &order).map_err(said)?,
            OrderStatusAsked::Completed => desk.complete(&mut transaction, &order).map_err(said)?,
            OrderStatusAsked::Cancelled => {
                if may_refund(&caller).is_err() && gives_back(&desk, &order).await? {
                    may_refund(&caller)?;
                }
                cancelled(&desk, &mut transaction, &order).await?
            }
            OrderStatusAsked::PendingPayment
            | OrderStatusAsked::Confirmed
            | OrderStatusAsked::PartiallyFulfilled
            | OrderStatusAsked::Fulfilled
            | OrderStatusAsked::Expired => return Err(said(order.wrong_move(asked).into())),
        };
        let entry = caller.entry(&api, &info, ORDER_STATUS_CHANGED).about(id).with("status", asked);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&OrderView::of(&api, &caller.tenant, &next))?.version(next.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
