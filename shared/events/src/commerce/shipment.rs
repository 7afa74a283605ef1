//! Events about shipments. Of several about one shipment, the one with the higher version is the later one.

use kernel::{CustomerId, OrderId, ShipmentId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// Where a parcel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrackingStatus {
    /// Nothing is known.
    Unknown,
    /// The carrier knows of it, and does not have it yet.
    PreTransit,
    /// On its way.
    InTransit,
    /// Waiting to be fetched.
    AvailableForPickup,
    /// On the last way to the recipient.
    OutForDelivery,
    /// Something went wrong.
    Failure,
    /// It was called off.
    Cancelled,
    /// The carrier's tracking is broken.
    Error,
    /// With the recipient.
    Delivered,
    /// On the way back, or back.
    ReturnToSender,
}

impl TrackingStatus {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Unknown,
        Self::PreTransit,
        Self::InTransit,
        Self::AvailableForPickup,
        Self::OutForDelivery,
        Self::Failure,
        Self::Cancelled,
        Self::Error,
        Self::Delivered,
        Self::ReturnToSender,
    ];

    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::PreTransit => "pre_transit",
            Self::InTransit => "in_transit",
            Self::AvailableForPickup => "available_for_pickup",
            Self::OutForDelivery => "out_for_delivery",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
            Self::Delivered => "delivered",
            Self::ReturnToSender => "return_to_sender",
        }
    }

    /// Whether nothing more is expected.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Delivered | Self::ReturnToSender | Self::Cancelled)
    }
}

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
    pub tracking_numbers: Vec<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_stored_under_its_name() {
        for status in TrackingStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}
