//! Events about shipments. Of several about one shipment, the one with the higher version is the later one.

use kernel::{CustomerId, OrderId, ShipmentId, TrackingStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// Parcels have their numbers: they can be handed to the carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentCreated {
    /// Which shipment.
    pub shipment_id: ShipmentId,
    /// Who receives it.
    pub customer_id: CustomerId,
    /// Of which order, where it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// Through whom, such as `easypost`.
    pub carrier: String,
    /// The numbers of its parcels.
    pub tracking_codes: Vec<String>,
}

/// A shipment is somewhere else: as far as its last parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShipmentUpdated {
    /// Which shipment.
    pub shipment_id: ShipmentId,
    /// Who receives it.
    pub customer_id: CustomerId,
    /// Of which order, where it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// Where it is now.
    pub status: TrackingStatus,
    /// Where it was before.
    pub previous_status: TrackingStatus,
}

impl Payload for ShipmentCreated {
    const NAME: &'static str = "shipment.created";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ShipmentId;

    fn subject(&self) -> ShipmentId {
        self.shipment_id
    }
}

impl Payload for ShipmentUpdated {
    const NAME: &'static str = "shipment.updated";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = ShipmentId;

    fn subject(&self) -> ShipmentId {
        self.shipment_id
    }
}
