//! What a provider calls back with: verified and read behind the port, so that whoever receives it knows no wire form.

use http::HeaderMap;
use kernel::{Fault, FaultKind, Money, RefundId, Timestamp};

use crate::{ProviderStatus, Quarantine};

/// A call that claims to come from a provider, as it came.
#[derive(Clone, Copy, Debug)]
pub struct WebhookCall<'a> {
    /// The headers; some providers sign there.
    pub headers: &'a HeaderMap,
    /// The body, byte by byte.
    pub body: &'a [u8],
    /// When it came.
    pub at: Timestamp,
}

/// A notification whose sender is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Our name of the payment, as the sender says; the provider's where the sender does not know ours.
    pub order_id: String,
    /// Under which name the provider is asked about it.
    pub ask_for: String,
    /// The same for every delivery of the same news, another for other news.
    pub dedupe_key: String,
    /// What it says.
    pub says: Says,
}

/// What a notification says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// How far the payment has come.
    Status(Box<ProviderStatus>),
    /// That something happened to a transaction, and neither of which payment it is nor how that stands now: the provider is
    /// asked for those.
    Only(Incident),
    /// Nothing that can be followed: it must be set aside.
    SetAside(Quarantine),
}

/// What happened to a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incident {
    /// Something that its status tells.
    Changed,
    /// The payer's bank takes the money back.
    Disputed {
        /// Since when, as the provider says.
        at: Option<Timestamp>,
    },
    /// A dispute was won: the money stays.
    DisputeWon {
        /// Since when, as the provider says.
        at: Option<Timestamp>,
    },
    /// Money that was on its way back did not arrive, and is with the provider again.
    RefundFailed(FailedRefund),
}

/// What a provider tells of a refund whose money came back to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedRefund {
    /// Which refund, where the provider repeats our name of it: it knows none of one that was begun there.
    pub refund: Option<RefundId>,
    /// How much was to go back.
    pub amount: Option<Money>,
    /// Why it did not, in the provider's word.
    pub reason: Option<String>,
}

impl From<Result<ProviderStatus, Quarantine>> for Says {
    fn from(read: Result<ProviderStatus, Quarantine>) -> Self {
        match read {
            Ok(status) => Self::Status(Box::new(status)),
            Err(reason) => Self::SetAside(reason),
        }
    }
}

/// Why a notification is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotificationError {
    /// It cannot be read.
    #[error("the notification cannot be read")]
    Malformed,
    /// Its signature is missing, covers something that is missing, or is not that of the account's key.
    #[error("the notification's signature is not valid")]
    NotSigned,
}

impl Fault for NotificationError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Malformed => FaultKind::Malformed,
            Self::NotSigned => FaultKind::Unauthenticated,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "INVALID_BODY",
            Self::NotSigned => "INVALID_SIGNATURE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Malformed | Self::NotSigned => false,
        }
    }
}
