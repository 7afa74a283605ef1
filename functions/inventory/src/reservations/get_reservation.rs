//! `GET /api/v1/inventory/reservations/{id}`: what is kept for a cart.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::ReservationId;
use stock::Stocks;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{InventoryRead, reservations::reservation_view::ReservationView};

/// Get a reservation
#[utoipa::path(
    get, path = "/api/v1/inventory/reservations/{id}", responses((status = 200, body = Envelope<ReservationView>))
)]
pub async fn get_reservation(
    State(api): State<Api>,
    caller: Caller<InventoryRead>,
    Id(id): Id<ReservationId>,
) -> Result<Reply, Problem> {
    let found = Stocks::new(api.table(), caller.scope).reservation(id).await?.ok_or_else(Problem::not_found)?;
    Reply::ok(&ReservationView::of(&found, api.now()))
}
