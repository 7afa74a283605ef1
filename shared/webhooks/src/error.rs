//! Why something cannot be done with an endpoint or a delivery.

use kernel::{Fault, FaultKind};

/// What is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// There are enough endpoints.
    #[error("a tenant has no more than {most} webhook endpoints: delete one first")]
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// Nothing is sent to the endpoint.
    #[error("nothing is sent to this endpoint while it is disabled: enable it first")]
    Disabled,
    /// The delivery is under way.
    #[error("this delivery is not over: it is tried by itself, see nextAttemptAt")]
    Pending,
}

impl Fault for WebhookError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::TooMany { .. } | Self::Disabled | Self::Pending => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "WEBHOOK_ENDPOINT_LIMIT",
            Self::Disabled => "WEBHOOK_ENDPOINT_DISABLED",
            Self::Pending => "WEBHOOK_DELIVERY_PENDING",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::TooMany { .. } | Self::Disabled | Self::Pending => false,
        }
    }
}
