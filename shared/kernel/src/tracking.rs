//! Where a parcel is, as shipments and the events about them call it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
