//! Money that a card's bank holds for the merchant: captured in full or in part, or released.

use kernel::{Money, Timestamp};
use serde::{Deserialize, Serialize};

/// What a card's bank holds, until it is captured or released, or the bank waits no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// Since when.
    pub since: Timestamp,
    /// How much. A capture of less makes the payment's amount less than this.
    pub amount: Money,
}
