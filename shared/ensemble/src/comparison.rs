//! How two numbers compare.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Real;

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How a feature compares with a number")]
pub enum Comparison {
    /// It is greater.
    Above,
    /// It is as great, or greater.
    AtLeast,
    /// It is smaller.
    Below,
    /// It is as small, or smaller.
    AtMost,
}

impl Comparison {
    /// Whether the first number compares so with the second.
    pub fn holds(self, one: Real, other: Real) -> bool {
        match self {
            Self::Above => one > other,
            Self::AtLeast => one >= other,
            Self::Below => one < other,
            Self::AtMost => one <= other,
        }
    }
}
