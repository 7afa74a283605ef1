//! How a tenant's shop learns from behaviour.
//!
//! `RECOMMEND / SETTINGS`.

use jiff::SignedDuration;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};
use utoipa::ToSchema;

/// A tenant's settings for recommendations, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecommendationSettings {
    /// How long behaviour is kept.
    pub retention_days: RetentionDays,
    /// Raised by every change, from 1; 0 when nothing was ever set.
    pub version: u64,
}

/// For how many days behaviour is kept: 1 to 180.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schema(
    description = "For how many days it is kept what people looked at",
    value_type = u16, minimum = 1, maximum = 180, example = 90
)]
pub struct RetentionDays(u16);

impl Record for RecommendationSettings {
    const ROWS: &'static [&'static str] = &["RECOMMEND / SETTINGS"];
}

impl Default for RetentionDays {
    fn default() -> Self {
        Self(180)
    }
}

impl RetentionDays {
    /// As long as that.
    pub const fn duration(self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.0 as i64)
    }

    /// What is older than this is not looked at any more.
    pub fn before(self, now: Timestamp) -> Timestamp {
        let millis = now.as_millis().saturating_sub(i64::from(self.0) * 86_400_000);
        Timestamp::from_millis(millis.max(0)).unwrap_or(now)
    }
}

impl TryFrom<u16> for RetentionDays {
    type Error = &'static str;

    fn try_from(days: u16) -> Result<Self, Self::Error> {
        if (1..=180).contains(&days) { Ok(Self(days)) } else { Err("use 1 to 180 days") }
    }
}

impl From<RetentionDays> for u16 {
    fn from(days: RetentionDays) -> Self {
        days.0
    }
}

impl RecommendationSettings {
    /// Those of a tenant; the usual ones where nothing was set. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read(table: &dyn Table, scope: TenantScope) -> Result<Self, TableError> {
        table.get(&key(scope)).await?.map_or_else(|| Ok(Self::default()), from_item)
    }

    /// Adds changed settings to a transaction, in the place of the version before them.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn save(&self, transaction: &mut Transaction, scope: TenantScope) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(key(scope), self)?.when(Condition::follows(self.version))))
    }
}

fn key(scope: TenantScope) -> Key {
    scope.key("RECOMMEND", "SETTINGS")
}
