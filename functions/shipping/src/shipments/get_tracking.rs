//! `GET /api/v1/shipping/tracking/{id}`: where a shipment is, and where it was seen.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read and one query, side by
//! side.

use axum::extract::State;
use kernel::{ShipmentId, Timestamp};
use serde::Serialize;
use shipping::{Shipments, TrackingCode, TrackingEvent, TrackingStatus};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::ShipmentsRead;

/// Where a shipment is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrackingView {
    /// Which shipment.
    pub shipment_id: ShipmentId,
    /// Where it is: as far as its last parcel.
    pub status: TrackingStatus,
    /// Its parcels.
    pub parcels: Vec<TrackedParcelView>,
    /// What the carrier saw, newest first; at most 300.
    pub events: Vec<TrackingEventView>,
}

/// Where a parcel is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrackedParcelView {
    /// Its number at the courier; null while its label is being bought.
    pub tracking_code: Option<TrackingCode>,
    /// Where it is.
    pub status: TrackingStatus,
    /// Since when; null while nothing was seen.
    pub since: Option<Timestamp>,
}

/// Something that the carrier saw.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrackingEventView {
    /// Of which parcel, from 1.
    #[schema(example = 1)]
    pub parcel: u16,
    /// Where it was.
    pub status: TrackingStatus,
    /// When.
    pub at: Timestamp,
    /// In the carrier's words.
    #[schema(example = "Arrived at the sorting centre")]
    pub message: String,
    /// In which place, where the carrier says it.
    pub place: Option<String>,
}

impl From<TrackingEvent> for TrackingEventView {
    fn from(event: TrackingEvent) -> Self {
        let TrackingEvent { parcel, status, at, words } = event;
        Self { parcel: u16::from(parcel) + 1, status, at, message: words.message, place: words.place }
    }
}

/// Get the tracking of a shipment
///
/// A shipment that was delivered stays so, whatever its carrier says late; only `return_to_sender` comes after it.
#[utoipa::path(
    get, path = "/api/v1/shipping/tracking/{id}", responses((status = 200, body = Envelope<TrackingView>))
)]
pub async fn get_tracking(
    State(api): State<Api>,
    caller: Caller<ShipmentsRead>,
    Id(id): Id<ShipmentId>,
) -> Result<Reply, Problem> {
    let shipments = Shipments::new(api.table(), caller.scope);
    let (found, events) = tokio::try_join!(shipments.get(id), shipments.events(id))?;
    let shipment = caller.open(&api, found.ok_or_else(Problem::not_found)?).await?;
    let parcels = shipment.parcels.iter().map(|parcel| TrackedParcelView {
        tracking_code: parcel.tracking_code.clone(),
        status: parcel.status(),
        since: parcel.standing.map(|standing| standing.at),
    });
    Reply::ok(&TrackingView {
        shipment_id: id,
        status: shipment.status,
        parcels: parcels.collect(),
        events: events.into_iter().rev().map(TrackingEventView::from).collect(),
    })
}
