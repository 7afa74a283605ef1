//! How much of a resource a tenant uses, as stored.

use kernel::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use table::Condition;

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
    /// The most members that there were on the day of [`Self::peak_on`], at the moments when somebody joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak: Option<u64>,
    /// On which day, in UTC, somebody last joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_on: Option<Date>,
    /// When the count of members last changed: their list lags behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
}

impl ResourceCount {
    /// The most that there were on a day at the moments when somebody joined; `None` where nobody did.
    pub fn peak_of(&self, day: Date) -> Option<u64> {
        self.peak.filter(|_| self.peak_on == Some(day))
    }

    /// That nobody changed it since it was read.
    pub(crate) fn is_unchanged(&self) -> Condition {
        match self.version {
            0 => Condition::NotExists,
            version => Condition::VersionIs(version),
        }
    }

    /// How much, and never less than nothing.
    pub fn units(&self) -> u64 {
        u64::try_from(self.used).unwrap_or(0)
    }
}
