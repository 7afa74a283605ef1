//! What a provider says of a payment, freed of its wire form.

use std::fmt;

use kernel::{Money, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::CardWord;

/// How far the provider says that a payment has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// The payer has a page, and has chosen no way to pay there: there is no transaction.
    PageOpen,
    /// Waiting for the payer.
    Pending,
    /// A card's bank holds the money for the merchant, who captures or releases it.
    Authorized {
        /// Until when it does, as far as that is known.
        until: Option<Timestamp>,
    },
    /// Held by the fraud check.
    Challenge,
    /// Settled and yet held by the fraud check: the provider must be asked what holds.
    ContestedSettlement,
    /// The money is promised and can still be called off.
    Captured,
    /// The money is in.
    Settled,
    /// Refused.
    Failed,
    /// Settled and yet refused by the fraud check: failed, and somebody must look.
    RefusedSettlement,
    /// Called off.
    Cancelled,
    /// The payer let the time pass.
    Expired,
    /// All of the money went back.
    Refunded,
    /// Part of the money went back: this much in total so far, as far as the provider told.
    PartiallyRefunded {
        /// The sum of all refunds.
        total: Option<Money>,
    },
    /// The payer's bank takes the money back.
    Disputed,
    /// The payer's bank had taken it back, and has given it again: the dispute was won.
    DisputeWon,
    /// A status that we do not know.
    Unknown(String),
}

impl Observed {
    /// How much went back so far, of `all` that came in; `None` for a state that money cannot go back from, and where the
    /// provider does not tell.
    pub const fn went_back(&self, all: Money) -> Option<Money> {
        match self {
            Self::Refunded => Some(all),
            Self::PartiallyRefunded { total } => *total,
            Self::Settled | Self::Captured => Some(Money::zero(all.currency())),
            Self::PageOpen
            | Self::Pending
            | Self::Authorized { .. }
            | Self::Challenge
            | Self::ContestedSettlement
            | Self::Failed
            | Self::RefusedSettlement
            | Self::Cancelled
            | Self::Expired
            | Self::Disputed
            | Self::DisputeWon
            | Self::Unknown(_) => None,
        }
    }
}

/// How the word reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Somebody called us, and the signature does not cover the status: nothing changes on such word alone.
    Notification,
    /// We asked the provider, or it answered a call of ours, or its signature covers all that it says.
    Confirmed,
}

/// What a provider says of one transaction of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderStatus {
    /// Our name of the payment, or the transaction id where the provider repeats that instead.
    pub order_id: String,
    /// The provider's name of the transaction; ours while there is none.
    pub transaction_id: String,
    /// How far it has come.
    pub observed: Observed,
    /// What the payer is asked for in all.
    pub gross: Money,
    /// By which way it is paid: one of our names of methods, or the provider's own; where the provider says.
    pub way: Option<String>,
    /// What we asked for, where the provider added a fee that the payer bears.
    pub before_fee: Option<Money>,
    /// When the money settled, if it did.
    pub settled_at: Option<Timestamp>,
    /// The last time that a bank confirmed a refund.
    pub refund_confirmed_at: Option<Timestamp>,
    /// What it says of the card.
    pub card: CardWord,
    /// How the word reached us.
    pub heard: Heard,
    /// When.
    pub at: Timestamp,
}

impl ProviderStatus {
    /// What we asked for, as the provider knows it.
    pub fn asked(&self) -> Money {
        self.before_fee.unwrap_or(self.gross)
    }
}

/// Why word from a provider is set aside for a person to look at, and nothing moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SetAsideReason)]
pub enum Quarantine {
    /// It speaks of a payment that we do not have.
    UnknownOrder,
    /// It speaks of another payment than the one that was asked about.
    OtherOrder,
    /// It comes from another merchant's account.
    ForeignMerchant,
    /// It is in another currency.
    ForeignCurrency,
    /// Its amount is no whole number of rupiah.
    UnreadableAmount,
    /// Its amount is not what we asked for.
    OtherAmount,
    /// A second transaction of a payment that already brought its money.
    SecondTransaction,
    /// More went back than came in, or less than is booked, or the provider does not say how much.
    RefundAmount,
    /// Money went back, which is not booked yet when the provider begins it: a person books it.
    MoneyReturned,
    /// The payer's bank takes the money back.
    Disputed,
    /// The provider says settled and refused in one breath.
    RefusedSettlement,
    /// It contradicts what the provider said before, such as a refusal of money that had come in.
    Contradiction,
    /// Its status is none that we know.
    UnknownStatus,
    /// It lacks what a transaction needs, such as an id.
    Incomplete,
}

impl fmt::Display for Quarantine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownOrder => "unknown order",
            Self::OtherOrder => "another order",
            Self::ForeignMerchant => "foreign merchant",
            Self::ForeignCurrency => "foreign currency",
            Self::UnreadableAmount => "unreadable amount",
            Self::OtherAmount => "another amount",
            Self::SecondTransaction => "second transaction",
            Self::RefundAmount => "refund amount",
            Self::MoneyReturned => "money returned",
            Self::Disputed => "disputed",
            Self::RefusedSettlement => "refused settlement",
            Self::Contradiction => "contradiction",
            Self::UnknownStatus => "unknown status",
            Self::Incomplete => "incomplete",
        })
    }
}
