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
}

impl Aggregation {
    /// How many units an event of this quantity counts.
    pub const fn units(self, quantity: u64) -> u64 {
        match self {
            Self::Count => 1,
            Self::Sum => quantity,
        }
    }
}
