//! What can be done, why nothing is, and from which probability on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Probability;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "What is to be done")]
pub enum TradeAction {
    /// It is probable enough.
    Buy,
    /// It is improbable enough.
    Sell,
    /// Nothing.
    Hold,
}

/// Why nothing is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "Why nothing is to be done")]
pub enum WhyHeld {
    /// Too few votes came before the deadline.
    Quorum,
    /// As many votes are for one thing as for another.
    Tie,
    /// No vote that came weighs anything.
    NoWeight,
    /// It is neither probable nor improbable enough.
    Undecided,
    /// A condition of the gate does not hold.
    Gate,
    /// The votes are too far apart.
    Spread,
    /// The run was cancelled.
    Cancelled,
}

/// From which probability on something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// This and above buys.
    pub buy_at: Probability,
    /// This and below sells; it is below the other.
    pub sell_at: Probability,
}

impl Thresholds {
    /// What one probability alone is for.
    pub fn action(self, probability: Probability) -> TradeAction {
        if probability >= self.buy_at {
            TradeAction::Buy
        } else if probability <= self.sell_at {
            TradeAction::Sell
        } else {
            TradeAction::Hold
        }
    }
}
