//! `GET /api/v1/shipping/shipments/{id}`: one shipment.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::ShipmentId;
use shipping::Shipments;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{ShipmentsRead, shipments::shipment_view::ShipmentView};

/// Get a shipment
#[utoipa::path(
    get, path = "/api/v1/shipping/shipments/{id}", responses((status = 200, body = Envelope<ShipmentView>))
)]
pub async fn get_shipment(
    State(api): State<Api>,
    caller: Caller<ShipmentsRead>,
    Id(id): Id<ShipmentId>,
) -> Result<Reply, Problem> {
    let found = Shipments::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let shipment = caller.open(&api, found).await?;
    Ok(Reply::ok(&ShipmentView::of(&shipment, caller.reach))?.version(shipment.version))
}
