//! How far an order is.

use kernel::Money;
use serde::{Deserialize, Serialize};

/// What became of the pieces of an order: a number for each line, in their order; none while all are zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderProgress {
    /// How many were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<u32>,
    /// How many will never be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called_off: Vec<u32>,
    /// How many of those that were sent came back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<u32>,
    /// How often something was sent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub fulfilments: u32,
    /// How many shipments were made for it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shipments: u32,
    /// How often something came back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub returns: u32,
    /// Which pieces were called off and are still kept for it: their release is due by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to_release: Vec<KeptPieces>,
    /// What was taken back of what it cost, by whomever, with taxes; none while nothing that was paid was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<Money>,
}

/// Pieces of a line that are kept for an order which does not want them any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptPieces {
    /// Which line, from 0.
    pub line: usize,
    /// How many.
    pub quantity: u32,
    /// How many of what was kept for the line had left before.
    pub taken_before: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl OrderProgress {
    /// Whether nothing has become of it yet.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Of a line.
pub(crate) fn at(numbers: &[u32], line: usize) -> u32 {
    numbers.get(line).copied().unwrap_or_default()
}

/// With so many more of each line.
pub(crate) fn plus(numbers: &[u32], more: &[u32]) -> Vec<u32> {
    more.iter().enumerate().map(|(line, more)| at(numbers, line).saturating_add(*more)).collect()
}
