//! Why something cannot be done with what is sent.

use kernel::{Fault, FaultKind};

use crate::bounds::{ITEMS_MAX, PARCELS_MAX};

/// What is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShippingError {
    /// Settings that cannot be worked with.
    #[error("{0}")]
    Zones(&'static str),
    /// Nobody said where goods are sent from.
    #[error("there is no such place that goods are sent from; set it by PUT /api/v1/shipping/zones")]
    NoOrigin,
    /// What is to be sent is no parcel.
    #[error("name 1 to {ITEMS_MAX} items, at least 1 of each, that fit into one parcel")]
    Items,
    /// The quote is too old.
    #[error("this quote has run out; ask for rates again")]
    QuoteExpired,
    /// The quote is of another cart, or the cart was changed since.
    #[error("the cart has changed since this quote; ask for rates again")]
    QuoteChanged,
    /// The quote has no such option.
    #[error("this quote has no such option")]
    NoOption,
    /// A shipment that makes no sense.
    #[error("{0}")]
    Shipment(&'static str),
    /// The carrier has no numbers for all of its parcels.
    #[error("the labels of this shipment are being bought, or were refused; name one that is `ready`")]
    NotReady,
    /// Too many parcels, or none.
    #[error("a shipment has 1 to {PARCELS_MAX} parcels")]
    Parcels,
    /// Another shipment has a tracking code.
    #[error("another shipment of this carrier has one of these tracking codes")]
    CodeTaken,
}

impl Fault for ShippingError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Zones(_) | Self::Items | Self::NoOption | Self::Shipment(_) | Self::Parcels => FaultKind::Invalid,
            Self::NoOrigin | Self::QuoteExpired | Self::QuoteChanged | Self::NotReady | Self::CodeTaken => {
                FaultKind::Conflict
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Zones(_) => "SHIPPING_INVALID",
            Self::NoOrigin => "NO_SHIPPING_ORIGIN",
            Self::Items => "PARCEL_INVALID",
            Self::QuoteExpired => "QUOTE_EXPIRED",
            Self::QuoteChanged => "QUOTE_CHANGED",
            Self::NoOption => "NO_SUCH_OPTION",
            Self::Shipment(_) | Self::Parcels => "SHIPMENT_INVALID",
            Self::NotReady => "SHIPMENT_NOT_READY",
            Self::CodeTaken => "TRACKING_CODE_TAKEN",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            // What is yet to be set up, or bought.
            Self::NoOrigin | Self::NotReady => false,
            Self::Zones(_)
            | Self::Items
            | Self::QuoteExpired
            | Self::QuoteChanged
            | Self::NoOption
            | Self::Shipment(_)
            | Self::Parcels
            | Self::CodeTaken => true,
        }
    }
}
