//! `POST /api/v1/orders/{id}/fulfilments`: goods of an order are sent.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one read of the order, one of what is kept for it and one for each SKU, one transaction of order, fulfilment, levels, ledger,
//! audit entry, event and idempotency row; from the order on again for every race that is lost.

use aftersales::ToSend;
use axum::extract::State;
use events::Cause;
use kernel::OrderId;
use orders::{DispatchReference, OrderPieces};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    FulfilmentsWrite, ORDER_FULFILLED,
    course::{
        goods_view::OrderFulfilmentView,
        order_change::{desk, found, said},
    },
};

/// What is sent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "items": [{ "sku": "KOPI-250", "quantity": 2 }], "carrier": "JNE", "trackingNumber": "JP1234567890" }))]
pub struct CreateOrderFulfilment {
    /// Which pieces; all that are left when left out.
    #[schema(min_items = 1, max_items = 20)]
    pub items: Option<Vec<OrderPieces>>,
    /// Who carries them.
    pub carrier: Option<DispatchReference>,
    /// The number by which the carrier knows them.
    pub tracking_number: Option<DispatchReference>,
    /// The shipment whose label was bought for them.
    pub shipment_id: Option<DispatchReference>,
}

/// Create a fulfilment of an order
///
/// For the shop's members. It takes what is kept for the order, so that what was sold can always be sent. An order of which all was
/// sent is fulfilled. Twice with one `Idempotency-Key` is as once.
#[utoipa::path(
    post, path = "/api/v1/orders/{id}/fulfilments",
    responses(
        (status = 201, body = Envelope<OrderFulfilmentView>),
        (status = 409, description = "CONFLICT; ORDER_WRONG_MOVE: it is not to be sent"),
        (status = 422, description = "VALIDATION_FAILED; ORDER_PIECES: none, more than are left, or of what was not bought")
    )
)]
pub async fn create_order_fulfilment(
    State(api): State<Api>,
    caller: Caller<FulfilmentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Id(id): Id<OrderId>,
    Json(body): Json<CreateOrderFulfilment>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let cause = Cause::from(&info);
    let desk = desk(&api, caller.scope, &cause);
    let outcome = until_settled(Problem::conflict, || async {
        let order = caller.open(&api, found(&desk, id).await?).await?;
        let CreateOrderFulfilment { items, carrier, tracking_number, shipment_id } = body.clone();
        let asked = ToSend { pieces: items, carrier, tracking_number, shipment_id };
        let mut transaction = Transaction::new();
        let sent = desk.send(&mut transaction, &order, asked).await.map_err(said)?;
        let entry = caller.entry(&api, &info, ORDER_FULFILLED).about(id).with("fulfilment", sent.dispatch.number);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&OrderFulfilmentView::from(sent.dispatch))?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
