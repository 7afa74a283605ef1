//! Why something cannot be done with stock.

use kernel::{Fault, FaultKind, Sku};
use table::TableError;

use crate::{
    LocationCode,
    bounds::{BUCKETS_MAX, LINES_MAX, LOCATIONS_MAX, MOST},
};

/// What is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StockError {
    /// There is less than is wanted.
    #[error("of {sku} {available} are available, and {wanted} are wanted")]
    Insufficient {
        /// Of what.
        sku: Sku,
        /// How many could be had; never less than none.
        available: i64,
        /// How many are wanted.
        wanted: u32,
    },
    /// Nothing is known of it.
    #[error("nothing is known of the stock of {sku}; set it by PUT /api/v1/inventory/{sku}")]
    Unknown {
        /// Of what.
        sku: Sku,
    },
    /// What is kept for carts and orders is more than what would be left.
    #[error("{kept} of {sku} are kept for carts and orders: at least as many must be on hand")]
    Kept {
        /// Of what.
        sku: Sku,
        /// How many are reserved or allocated.
        kept: i64,
    },
    /// The reservation ran out.
    #[error("this reservation has run out; reserve again")]
    Expired,
    /// The reservation was used or given back.
    #[error("this reservation is {state}; it can be changed no more")]
    Over {
        /// How it ended.
        state: &'static str,
    },
    /// The reservation takes nothing, one SKU twice, or too many.
    #[error("name 1 to {LINES_MAX} SKUs, each once, and at least 1 of each")]
    Lines,
    /// It is taken from more places than one transaction could give it back to.
    #[error("these units are in too many places to be kept together: take fewer SKUs, or fewer of each, at once")]
    Scattered,
    /// Buckets are only added.
    #[error("a SKU has 1 to {BUCKETS_MAX} buckets, and never fewer than before")]
    Buckets,
    /// The location has no such name.
    #[error("there is no location {code}; make it by POST /api/v1/inventory/locations")]
    NoLocation {
        /// Which.
        code: LocationCode,
    },
    /// The location is there.
    #[error("there is a location {code}")]
    LocationExists {
        /// Which.
        code: LocationCode,
    },
    /// There are enough of them.
    #[error("a tenant has at most {LOCATIONS_MAX} locations")]
    TooManyLocations,
    /// The number is beyond what is counted.
    #[error("a level holds at most {MOST}")]
    TooMany,
}

impl Fault for StockError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Insufficient { .. }
            | Self::Kept { .. }
            | Self::Expired
            | Self::Over { .. }
            | Self::LocationExists { .. }
            | Self::TooManyLocations => FaultKind::Conflict,
            Self::Unknown { .. } => FaultKind::NotFound,
            Self::Lines | Self::Scattered | Self::Buckets | Self::NoLocation { .. } | Self::TooMany => {
                FaultKind::Invalid
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Insufficient { .. } => "INSUFFICIENT_STOCK",
            Self::Unknown { .. } => "NOT_FOUND",
            Self::Kept { .. } => "STOCK_KEPT",
            Self::Expired => "RESERVATION_EXPIRED",
            Self::Over { .. } => "RESERVATION_OVER",
            Self::Lines | Self::Buckets | Self::NoLocation { .. } | Self::TooMany => "STOCK_INVALID",
            Self::Scattered => "STOCK_SCATTERED",
            Self::LocationExists { .. } => "LOCATION_EXISTS",
            Self::TooManyLocations => "LOCATION_LIMIT",
        }
    }

    fn is_final(&self) -> bool {
        // Stock comes and goes: the same call may be answered otherwise in a minute.
        match self {
            Self::Insufficient { .. }
            | Self::Unknown { .. }
            | Self::Kept { .. }
            | Self::Scattered
            | Self::TooManyLocations => false,
            Self::Expired
            | Self::Over { .. }
            | Self::Lines
            | Self::Buckets
            | Self::NoLocation { .. }
            | Self::LocationExists { .. }
            | Self::TooMany => true,
        }
    }
}

/// Why stock cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum StocksError {
    /// By the rules.
    #[error(transparent)]
    Refused(#[from] StockError),
    /// By the store.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Fault for StocksError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Refused(error) => error.kind(),
            Self::Table(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(error) => error.code(),
            Self::Table(error) => error.code(),
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_final(),
            Self::Table(error) => error.is_final(),
        }
    }
}
