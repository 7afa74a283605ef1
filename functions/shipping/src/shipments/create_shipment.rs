//! `POST /api/v1/shipping/shipments`: goods are sent; a label is bought once.
//!
//! What has its tracking codes is stored with its answer in one transaction. Any other shipment is stored before its carrier is
//! called, with the key of the request still open; its id is in the reference at the carrier. Whatever dies in between, the same
//! request, or the shipping worker ten minutes later, takes up the same shipment, and the carrier sells a label of it once.
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the key, one of the
//! customer beside one of the settings, one of the order if one is named, the tenant's secret (cached), one transaction; for each label up to four calls of the
//! carrier and two transactions.

use axum::extract::State;
use carriers::{Forwarder, accounts};
use customers::{CustomerError, Customers};
use events::Cause;
use kernel::{CustomerId, Money, OrderId, Party, ShipmentId};
use orders::{MoreShipments, Order, Orders};
use serde::Deserialize;
use shipping::{
    CarrierError, CourierCode, NewShipment, Parcel, ParcelGrams, ParcelSides, ServiceCode, Shipment, ShipmentState,
    ShippingAddress, ShippingCarrier, ShippingError, ShippingRules, TrackingCode,
};
use table::{TransactError, Transaction};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    SHIPMENT_CREATED, ShipmentsWrite, rates::cart_to_send::shipping_address, shipments::shipment_view::ShipmentView,
};

/// Goods to be sent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateShipment {
    /// Who receives it.
    pub customer_id: CustomerId,
    /// Of which order: one of this customer that is paid, and was not called off.
    pub order_id: Option<OrderId>,
    /// Whether one more shipment is meant of an order that has one: of other pieces, or because the first one failed or is lost.
    #[serde(default)]
    pub again: bool,
    /// Through whom.
    pub carrier: ShippingCarrier,
    /// Who carries it, as a quote names them.
    pub courier: Option<CourierCode>,
    /// By which service, as a quote names it.
    pub service: Option<ServiceCode>,
    /// From which location of stock; from the first origin when left out.
    #[schema(pattern = "^[a-z][a-z0-9-]{1,19}$", example = "main")]
    pub from: Option<String>,
    /// To where; to where the order goes when left out.
    pub to: Option<ShippingAddress>,
    /// Its parcels: all with a tracking code, where labels were bought elsewhere, or none.
    #[schema(min_items = 1, max_items = 10)]
    pub parcels: Vec<ParcelToSend>,
    /// What each label may cost at most; whatever it costs when left out.
    pub max_price: Option<Money>,
}

/// A parcel to be sent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ParcelToSend {
    /// What it weighs, with its wrapping.
    pub weight_grams: ParcelGrams,
    /// How large it is.
    pub dimensions: Option<ParcelSides>,
    /// Its number at the courier, where its label was bought elsewhere.
    pub tracking_code: Option<TrackingCode>,
}

/// Create a shipment
///
/// Without tracking codes a label is bought for each parcel, where the carrier sells them here: once for each `Idempotency-Key`,
/// whatever is lost on the way, and once for each order unless `again` is said. Labels to another country need a customs declaration, and are bought at the carrier.
#[utoipa::path(
    post, path = "/api/v1/shipping/shipments",
    request_body(content = CreateShipment, examples(
        ("Labels that are bought" = (value = json!({
            "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "carrier": "easypost", "courier": "USPS",
            "service": "GroundAdvantage", "parcels": [{"weightGrams": 436}],
            "maxPrice": {"amount": 900, "currency": "USD"},
            "to": {
                "name": "Ann Lee", "line1": "417 Montgomery St", "city": "San Francisco", "province": "CA",
                "postalCode": "94104", "country": "US"
            }
        }))),
        ("A parcel that was handed in" = (value = json!({
            "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "carrier": "rajaongkir", "courier": "jne", "service": "REG",
            "parcels": [{"weightGrams": 1200, "trackingCode": "SOCAG00183235715"}],
            "to": {
                "name": "Budi Santoso", "phone": "+6281234567890", "line1": "Jl. Braga 10", "city": "Bandung",
                "province": "Jawa Barat", "postalCode": "40111", "country": "ID"
            }
        })))
    )),
    responses(
        (status = 201, body = Envelope<ShipmentView>),
        (status = 404, description = "NOT_FOUND: there is no such customer, or it has no such order"),
        (status = 409, description = "CONFLICT, CARRIER_NOT_CONFIGURED, CUSTOMER_ERASED, NO_SHIPPING_ORIGIN, ORDER_HAS_SHIPMENT, ORDER_NOT_TO_BE_SENT, TRACKING_CODE_TAKEN"),
        (status = 422, description = "VALIDATION_FAILED; SHIPMENT_INVALID: what makes no sense together; CARRIER_REFUSED"),
        (status = 503, description = "CARRIER_UNAVAILABLE: the same request again takes the shipment up, in a minute where another call is buying its label")
    )
)]
pub async fn create_shipment(
    State(api): State<Api>,
    caller: Caller<ShipmentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateShipment>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let forwarder = Forwarder { ctx: &api, scope: caller.scope, cause: &cause };
    if let Some(operation) = key.resumed() {
        let id: ShipmentId = operation.parse().map_err(|_| Problem::conflict())?;
        let shipment = forwarder.shipment(id).await?.ok_or_else(Problem::conflict)?;
        return finish(&forwarder, &key, shipment, &caller).await;
    }
    let (shipment, order) = planned(&api, &caller, body).await?;
    let by = match shipment.state {
        // Asked before anything is stored: labels that nobody can buy would be waited for.
        ShipmentState::Buying => accounts::get(&api, caller.scope, shipment.carrier).await?.told_by,
        ShipmentState::Ready | ShipmentState::Failed => accounts::told_by(&api, caller.scope, shipment.carrier).await?,
    };
    let mut transaction = Transaction::new();
    let codes = forwarder.insert(&mut transaction, &shipment, by)?;
    if let Some(order) = &order {
        // Of two shipments of one order at once, one is refused.
        Orders::new(api.table(), caller.scope).save(&mut transaction, order)?;
    }
    let entry = caller.entry(&api, &info, SHIPMENT_CREATED).about(shipment.id);
    entry.insert(&mut transaction, caller.scope)?;
    match shipment.state {
        ShipmentState::Buying => {
            key.begin(&api, transaction, &shipment.id.to_string(), |_| Problem::conflict()).await?;
            finish(&forwarder, &key, shipment, &caller).await
        }
        ShipmentState::Ready | ShipmentState::Failed => {
            let reply = Reply::created(&ShipmentView::of(&shipment, caller.reach))?.version(shipment.version);
            let outcome = key.commit(&api, transaction, reply, |cancelled| {
                let is_taken = codes.iter().any(|code| cancelled.failed(*code).is_some());
                if is_taken { ShippingError::CodeTaken.into() } else { Problem::conflict() }
            });
            let outcome = outcome.await;
            key.settle(&api, outcome).await
        }
    }
}

/// The shipment that a body asks for, and its order with one more shipment.
async fn planned(
    api: &Api,
    caller: &Caller<ShipmentsWrite>,
    body: CreateShipment,
) -> Result<(Shipment, Option<Order>), Problem> {
    let (customers, rules) = (Customers::new(api.table(), caller.scope), ShippingRules::new(api.table(), caller.scope));
    let (customer, settings) = tokio::try_join!(customers.get(body.customer_id), rules.get())?;
    let customer = customer.ok_or_else(|| Problem::not_found().named_at("/customerId"))?;
    let customer = caller.open(api, customer).await.map_err(|refusal| refusal.named_at("/customerId"))?;
    if customer.erased_at.is_some() {
        return Err(CustomerError::Erased.into());
    }
    let order = ordered(api, caller, &body).await?;
    let of_order = || order.as_ref().and_then(|order| order.delivery.as_ref()).and_then(shipping_address);
    let advice = "say where it is to be sent";
    let to = body.to.or_else(of_order).ok_or_else(|| Problem::invalid("/to", "REQUIRED", advice))?;
    let from = settings.origin(body.from.as_deref())?.address.clone();
    let parcels = body.parcels.into_iter().map(|parcel| {
        let ParcelToSend { weight_grams, dimensions, tracking_code } = parcel;
        (Parcel { weight: weight_grams, sides: dimensions }, tracking_code)
    });
    let new = NewShipment {
        id: ShipmentId::new(api.new_ulid()),
        party: Party::Customer(customer.id),
        order_id: body.order_id,
        carrier: body.carrier,
        courier: body.courier,
        service: body.service,
        from,
        to,
        parcels: parcels.collect(),
        max_price: body.max_price,
    };
    Ok((Shipment::plan(new, api.now())?, order))
}

/// The order that a body names, with one more shipment. One read.
async fn ordered(api: &Api, caller: &Caller<ShipmentsWrite>, body: &CreateShipment) -> Result<Option<Order>, Problem> {
    let Some(id) = body.order_id else { return Ok(None) };
    let nothing = || Problem::not_found().named_at("/orderId");
    let found = Orders::new(api.table(), caller.scope).get(id).await?.ok_or_else(nothing)?;
    let order = caller.open(api, found).await.map_err(|refusal| refusal.named_at("/orderId"))?;
    if order.customer_id != body.customer_id {
        return Err(nothing());
    }
    let more = if body.again { MoreShipments::Meant } else { MoreShipments::Unmeant };
    Ok(Some(order.with_shipment(more, api.now())?))
}

/// Buys the labels of a stored shipment and answers the request. After an error that may pass, the operation stays open: the
/// same request takes it up at once. One that the carrier refused stays refused.
async fn finish(
    forwarder: &Forwarder<'_>,
    key: &IdempotencyKey,
    shipment: Shipment,
    caller: &Caller<ShipmentsWrite>,
) -> Result<Reply, Problem> {
    // One that was refused is not tried again.
    let ready = match forwarder.buy_labels(shipment).await {
        Ok(ready) => ready,
        Err(error) => {
            key.release(forwarder.ctx).await;
            return Err(error.into());
        }
    };
    if ready.state == ShipmentState::Failed {
        // By an earlier try of this request, or by the worker.
        let message = ready.people.and_then(|people| people.refusal).unwrap_or_default();
        return Err(CarrierError::Refused { message }.into());
    }
    let reply = Reply::created(&ShipmentView::of(&ready, caller.reach))?.version(ready.version);
    let mut transaction = Transaction::new();
    key.finish(&mut transaction, &reply)?;
    match forwarder.ctx.table().transact(transaction).await {
        // Whoever finished it before gave the same answer.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(reply),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
#[path = "create_shipment_tests.rs"]
mod tests;
