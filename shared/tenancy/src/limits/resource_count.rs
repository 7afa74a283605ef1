//! How much of a resource a tenant uses, as stored.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::CalendarMonth;

/// How much of a resource a tenant uses, in units of [`kernel::Resource`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceCount {
    /// How much. Below zero only where more was given back than was ever counted, until the next recount.
    pub used: i64,
    /// Raised by every change.
    pub version: u64,
    /// In which month it was last told that 80 percent of the limit are used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warned_in: Option<CalendarMonth>,
    /// In which month it was last told that all of it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached_in: Option<CalendarMonth>,
    /// When the count of members last changed: their list lags behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
}

impl ResourceCount {
    /// How much, and never less than nothing.
    pub fn units(&self) -> u64 {
        u64::try_from(self.used).unwrap_or(0)
    }
}
