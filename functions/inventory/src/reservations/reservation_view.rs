//! A reservation, as it is shown.

use kernel::{ReservationId, Sku, Timestamp};
use serde::Serialize;
use stock::{Reservation, ReservationState};
use utoipa::ToSchema;

/// What is kept for a cart.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservationView {
    pub id: ReservationId,
    /// How it stands at this moment.
    pub state: ReservationState,
    /// What it keeps.
    pub lines: Vec<ReservedView>,
    /// From when on it is not kept any more.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// So many of a SKU.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReservedView {
    /// Which.
    pub sku: Sku,
    /// How many.
    #[schema(example = 2)]
    pub quantity: u64,
}

impl ReservationView {
    /// As it stands at `now`.
    pub(crate) fn of(reservation: &Reservation, now: Timestamp) -> Self {
        let mut lines: Vec<ReservedView> = Vec::new();
        for taking in &reservation.takings {
            match lines.iter_mut().find(|line| line.sku == taking.sku) {
                Some(line) => line.quantity += u64::from(taking.quantity),
                None => lines.push(ReservedView { sku: taking.sku.clone(), quantity: taking.quantity.into() }),
            }
        }
        let (id, expires_at, created_at) = (reservation.id, reservation.expires_at, reservation.created_at);
        Self { id, state: reservation.state_at(now), lines, expires_at, created_at }
    }
}
