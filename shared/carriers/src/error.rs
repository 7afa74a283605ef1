//! Why something could not be done with a carrier.

use cloud::PortError;
use kernel::{Fault, FaultKind};
use shipping::CarrierError;
use table::TableError;

/// What stood in the way.
#[derive(Debug, thiserror::Error)]
pub enum CarriersError {
    /// The carrier refuses or cannot say.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// The secret store does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Somebody else is buying its label.
    #[error("a label of this shipment is being bought; the same request can be sent again in a minute")]
    Busy,
    /// Others were faster every time.
    #[error("the shipment kept changing; the same request can be sent again")]
    Outrun,
}

impl Fault for CarriersError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Carrier(error) => error.kind(),
            Self::Port(error) => error.kind(),
            Self::Table(error) => error.kind(),
            Self::Busy | Self::Outrun => FaultKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Carrier(error) => error.code(),
            Self::Port(error) => error.code(),
            Self::Table(error) => error.code(),
            Self::Busy | Self::Outrun => "CARRIER_UNAVAILABLE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Carrier(error) => error.is_final(),
            Self::Port(error) => error.is_final(),
            Self::Table(error) => error.is_final(),
            Self::Busy | Self::Outrun => false,
        }
    }
}
