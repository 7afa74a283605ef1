//! How what is used becomes a number of units.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the events of a period make its number of units.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Every event is one unit, whatever its quantity.
    Count,
    /// The quantities are added up.
    #[default]
    Sum,
    /// The largest quantity.
    Max,
    /// The quantity of the event that happened last; of two at one instant that of the larger id.
    Latest,
    /// How many different values the events have: each is a row of its own, so that any number is counted exactly.
    Unique,
}

impl Aggregation {
    /// How many units an event of this quantity counts, or has to say of its period.
    pub const fn units(self, quantity: u64) -> u64 {
        match self {
            Self::Count | Self::Unique => 1,
            Self::Sum | Self::Max | Self::Latest => quantity,
        }
    }

    /// Whether each event adds its units, so that it can be taken back.
    pub const fn is_additive(self) -> bool {
        match self {
            Self::Count | Self::Sum => true,
            Self::Max | Self::Latest | Self::Unique => false,
        }
    }

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Max => "max",
            Self::Latest => "latest",
            Self::Unique => "unique",
        }
    }
}
