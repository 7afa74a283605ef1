//! `POST /api/v1/orders/{id}/returns`: goods of an order came back.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one read of the order, one of the invoice, the next number, what is beside the invoice and its payments at once, to restock one
//! of what was kept or of the locations and one for each SKU, one transaction of order, return, credit note, refund, invoice, journal, balances,
//! levels, ledger, audit entry, events and idempotency row; from the order on again for every race that is lost.

use aftersales::{Restock, ToReceive};
use axum::extract::State;
use events::Cause;
use kernel::{Money, OrderId};
use orders::OrderPieces;
use serde::Deserialize;
use stock::LocationCode;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    FulfilmentsWrite, ORDER_RETURNED,
    course::{
        goods_view::OrderReturnView,
        order_change::{desk, found, may_refund, said},
    },
};

/// What came back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "items": [{ "sku": "KOPI-250", "quantity": 1 }], "restock": true }))]
pub struct CreateOrderReturn {
    /// Which pieces were received.
    #[schema(min_items = 1, max_items = 20)]
    pub items: Vec<OrderPieces>,
    /// Whether they can be sold again.
    #[schema(example = true)]
    pub restock: bool,
    /// At which location they are then; where they were sent from when left out.
    pub location: Option<LocationCode>,
    /// What the caller expects the buyer to get; another amount than was paid for these pieces is refused.
    pub expected_refund: Option<Money>,
}

/// Create a return of an order
///
/// For the shop's members who may refund. Only pieces that were sent come back, each once, and each is paid back with what was paid
/// for it, as far as no credit note gave that back before: by a credit note and, where the payment can give back, by a refund; else it is on the buyer's
/// balance. An exchange is a return and a new order. Twice with one `Idempotency-Key` is as once.
#[utoipa::path(
    post, path = "/api/v1/orders/{id}/returns",
    responses(
        (status = 201, body = Envelope<OrderReturnView>),
        (status = 409, description = "CONFLICT, NOTHING_REFUNDABLE, REFUND_ON_ITS_WAY, CREDIT_TOO_LARGE"),
        (
            status = 422,
            description = "VALIDATION_FAILED; ORDER_PIECES: none, more than were sent, or of what was not bought; ORDER_REFUND_MISMATCH: the buyer would get another amount for them; ORDER_TOO_LARGE: name fewer of them at once; STOCK_INVALID: there is no such location"
        )
    )
)]
pub async fn create_order_return(
    State(api): State<Api>,
    caller: Caller<FulfilmentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Id(id): Id<OrderId>,
    Json(body): Json<CreateOrderReturn>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    may_refund(&caller)?;
    let restock = match (body.restock, body.location.clone()) {
        (true, None) => Restock::WhereSent,
        (true, Some(location)) => Restock::At(location),
        (false, None) => Restock::Nowhere,
        (false, Some(_)) => {
            let advice = "only what can be sold again is put somewhere: say `restock`";
            return Err(Problem::invalid("/location", "INVALID_VALUE", advice));
        }
    };
    let cause = Cause::from(&info);
    let desk = desk(&api, caller.scope, &cause);
    let outcome = until_settled(Problem::conflict, || async {
        let order = caller.open(&api, found(&desk, id).await?).await?;
        let mut transaction = Transaction::new();
        let CreateOrderReturn { items, restock: _, location: _, expected_refund } = body.clone();
        let asked = ToReceive { pieces: items, restock: restock.clone(), expected: expected_refund };
        let received = desk.receive(&mut transaction, &order, asked).await.map_err(said)?;
        let entry = caller.entry(&api, &info, ORDER_RETURNED).about(id).with("return", received.returned.number);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&OrderReturnView::from(received.returned))?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
