//! Which moves of a payment are legal by its provider's own word, one row per line.

use crate::{Payment, Status};

/// Where a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// Begun, and the provider has told us of no transaction yet.
    New,
    Pending,
    Challenge,
    Success,
    /// A success of which part went back; the table knows it as a success with a refunded amount.
    PartiallyRefunded,
    /// Failed, expired or cancelled.
    Closed(Status),
    Refunded,
}

/// Where the provider says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    Pending,
    Challenge,
    Success,
    Failed,
    Cancelled,
    Expired,
    Refunded,
    PartiallyRefunded,
}

/// What the table says of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// It happens.
    Yes,
    /// Nothing new: at most a detail is noted.
    Same,
    /// Late news: it changes nothing.
    Ignore,
    /// It contradicts what we know: it changes nothing and somebody must look.
    Alert,
    /// Only while the money is captured and not settled.
    IfCaptured,
    /// Only for a transaction that we have not seen.
    IfNewTransaction,
}

impl From {
    pub(crate) const fn of(payment: &Payment) -> Self {
        match payment.status {
            Status::Pending if payment.transaction_id.is_none() => Self::New,
            Status::Pending => Self::Pending,
            Status::Challenge => Self::Challenge,
            Status::Success => Self::Success,
            Status::PartiallyRefunded => Self::PartiallyRefunded,
            Status::Failed | Status::Cancelled | Status::Expired => Self::Closed(payment.status),
            Status::Refunded => Self::Refunded,
        }
    }

    /// Whether money of this payment is, or was, ours.
    pub(crate) const fn had_money(self) -> bool {
        match self {
            Self::Success | Self::PartiallyRefunded | Self::Refunded => true,
            Self::New | Self::Pending | Self::Challenge | Self::Closed(_) => false,
        }
    }
}

impl To {
    /// Whether money comes in or goes back by this move.
    pub(crate) const fn moves_money(self) -> bool {
        match self {
            Self::Success | Self::Refunded | Self::PartiallyRefunded => true,
            Self::Pending | Self::Challenge | Self::Failed | Self::Cancelled | Self::Expired => false,
        }
    }
}

/// The table. Columns: pending, challenge, success, failed, cancelled, expired, refunded, partially refunded.
const fn row(from: From) -> [Edge; 8] {
    use Edge::{Alert, IfCaptured, IfNewTransaction, Ignore, Same, Yes};
    match from {
        From::New => [Yes, Yes, Yes, Yes, Yes, Yes, Yes, Yes],
        From::Pending => [Same, Yes, Yes, Yes, Yes, Yes, Yes, Yes],
        From::Challenge => [Ignore, Same, Yes, Yes, Yes, Ignore, Yes, Yes],
        From::Success => [Ignore, Ignore, Same, Alert, IfCaptured, Ignore, Yes, Yes],
        From::PartiallyRefunded => [Ignore, Ignore, Ignore, Alert, Ignore, Ignore, Yes, Yes],
        From::Closed(Status::Cancelled) => [IfNewTransaction, Yes, Yes, Same, Same, Yes, Alert, Yes],
        From::Closed(Status::Expired) => [IfNewTransaction, Yes, Yes, Same, Yes, Same, Alert, Yes],
        From::Closed(_) => [IfNewTransaction, Yes, Yes, Same, Yes, Yes, Alert, Yes],
        From::Refunded => [Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Same, Ignore],
    }
}

/// What the table says of going from one to the other.
pub(crate) const fn edge(from: From, to: To) -> Edge {
    let [pending, challenge, success, failed, cancelled, expired, refunded, partially_refunded] = row(from);
    match to {
        To::Pending => pending,
        To::Challenge => challenge,
        To::Success => success,
        To::Failed => failed,
        To::Cancelled => cancelled,
        To::Expired => expired,
        To::Refunded => refunded,
        To::PartiallyRefunded => partially_refunded,
    }
}
