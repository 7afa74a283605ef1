//! `POST /api/v1/orders/{id}/fulfilments`: goods of an order are sent.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one read of the order, one of the shipment if one is named, one of what is kept for it and one for each SKU, one transaction of
//! order, fulfilment, levels, ledger, audit entry, event and idempotency row; from the order on again for every race that is lost.

use aftersales::ToSend;
use axum::extract::State;
use events::Cause;
use kernel::{OrderId, ShipmentId};
use orders::{DispatchReference, Order, OrderPieces};
use serde::Deserialize;
use shipping::{Shipment, ShipmentState, Shipments, ShippingError};
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
    /// Who carries them; as the shipment says when left out.
    pub carrier: Option<DispatchReference>,
    /// The number by which the carrier knows them; those of the shipment's parcels when left out.
    pub tracking_number: Option<DispatchReference>,
    /// The shipment that they are sent with: one of this order whose parcels have their numbers.
    pub shipment_id: Option<ShipmentId>,
}

/// Create a fulfilment of an order
///
/// For the shop's members. It takes what is kept for the order, so that what was sold can always be sent. An order of which all was
/// sent is fulfilled. With a `shipmentId`, its carrier and its numbers are told to the buyer, and the order is delivered by itself once
/// all that was sent has arrived. Twice with one `Idempotency-Key` is as once.
#[utoipa::path(
    post, path = "/api/v1/orders/{id}/fulfilments",
    responses(
        (status = 201, body = Envelope<OrderFulfilmentView>),
        (status = 404, description = "NOT_FOUND: there is no such order, or it has no such shipment"),
        (status = 409, description = "CONFLICT; ORDER_WRONG_MOVE: it is not to be sent; SHIPMENT_NOT_READY"),
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
        let asked = asked(&api, &caller, &order, body.clone()).await?;
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

/// What is to be sent, with what its shipment says of it. One read of the shipment if one is named.
async fn asked(
    api: &Api,
    caller: &Caller<FulfilmentsWrite>,
    order: &Order,
    body: CreateOrderFulfilment,
) -> Result<ToSend, Problem> {
    let CreateOrderFulfilment { items: pieces, carrier, tracking_number, shipment_id } = body;
    let Some(id) = shipment_id else { return Ok(ToSend { pieces, carrier, tracking_number, shipment_id: None }) };
    let nothing = || Problem::not_found().named_at("/shipmentId");
    let found = Shipments::new(api.table(), caller.scope).get(id).await?.ok_or_else(nothing)?;
    let shipment = caller.open(api, found).await.map_err(|refusal| refusal.named_at("/shipmentId"))?;
    if shipment.order_id != Some(order.id) {
        return Err(nothing());
    }
    match shipment.state {
        ShipmentState::Ready => {}
        ShipmentState::Buying | ShipmentState::Failed => return Err(ShippingError::NotReady.into()),
    }
    let (by, number) = printed(&shipment);
    // Whom nobody names, the shop itself carries.
    let by = by.or_else(|| DispatchReference::try_from(caller.tenant.name.as_str().to_owned()).ok());
    Ok(ToSend {
        pieces,
        carrier: carrier.or(by),
        tracking_number: tracking_number.or(number),
        shipment_id: DispatchReference::try_from(id.to_string()).ok(),
    })
}

/// Who carries a shipment, and by which numbers: of many parcels as many as fit.
fn printed(shipment: &Shipment) -> (Option<DispatchReference>, Option<DispatchReference>) {
    let (by, numbers) = shipment.known_as();
    let by = by.and_then(|by| DispatchReference::try_from(by.to_owned()).ok());
    let fits = (1..=numbers.len()).rev().filter_map(|count| numbers.get(..count));
    let number = fits.map(|some| some.join(", ")).find_map(|text| DispatchReference::try_from(text).ok());
    (by, number)
}

#[cfg(test)]
#[path = "tests/arriving.rs"]
mod arriving;
