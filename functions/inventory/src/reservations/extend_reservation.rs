//! `POST /api/v1/inventory/reservations/{id}/extend`: a cart is still in use.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of reservation, its places by SKU, agenda and idempotency row; the last two
//! again for every race that is lost.

use axum::extract::State;
use kernel::ReservationId;
use stock::Stocks;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply};

use crate::{InventoryWrite, reservations::reservation_view::ReservationView};

/// Extend a reservation
///
/// It is kept for ten minutes from now on, and for two hours in all at most: `expiresAt` says until when.
#[utoipa::path(
    post, path = "/api/v1/inventory/reservations/{id}/extend",
    responses(
        (status = 200, body = Envelope<ReservationView>),
        (status = 409, description = "CONFLICT; RESERVATION_EXPIRED: reserve again; RESERVATION_OVER")
    )
)]
pub async fn extend_reservation(
    State(api): State<Api>,
    caller: Caller<InventoryWrite>,
    key: Optional,
    Id(id): Id<ReservationId>,
) -> Result<Reply, Problem> {
    let (stocks, now) = (Stocks::new(api.table(), caller.scope), api.now());
    until_settled(Problem::conflict, || async {
        let found = stocks.reservation(id).await?.ok_or_else(Problem::not_found)?;
        let extended = found.extended(now)?;
        let mut transaction = Transaction::new();
        stocks.extend(&mut transaction, &extended)?;
        let reply = Reply::ok(&ReservationView::of(&extended, now))?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
