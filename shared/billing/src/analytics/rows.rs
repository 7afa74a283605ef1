//! The rows that are added up: of days and months, of what was used, and of what was counted before.

use events::subscription::UsageSum;
use kernel::{Currency, Date, SubscriptionId};
use serde::{Deserialize, Serialize};
use table::{Key, Record, TableError, TenantScope};

use crate::{Course, Feature, Figures, PlanKey};

/// The most rows of usage in one report, so that an answer holds it.
pub(crate) const MOST_USAGE: usize = 15_000;

/// A report would have more rows than an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these days have more than 7000 rows of days and plans, or 15000 of usage; ask for fewer days")]
pub struct TooManyRows;

/// The partition of a tenant's sums.
pub(crate) const ANALYTICS: &str = "ANALYTICS";

/// The rows of a range of days, and of what was before it.
#[derive(Clone, Debug, Default)]
pub struct Rollups {
    /// Of the months before that of the first day.
    pub(crate) months: Vec<FiguresRow>,
    /// Of the days from the first of that month on.
    pub(crate) days: Vec<FiguresRow>,
    /// Of the days of the range.
    pub(crate) usage: Vec<UsageRow>,
}

/// What the changes of a day, or of a month, of one currency and plan add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FiguresRow {
    /// The day, or the first one of the month.
    pub(crate) day: Date,
    pub(crate) currency: Currency,
    pub(crate) plan: PlanKey,
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

/// What was used of a feature under a plan on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UsageRow {
    pub(crate) day: Date,
    pub(crate) plan: PlanKey,
    pub(crate) feature: Feature,
    /// How many events were counted.
    #[serde(default)]
    pub(crate) events: i64,
    /// How many units; nothing where they do not add up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) units: Option<i64>,
}

/// That an event of usage was added.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AddedUsage {
    /// How many rows it was added to.
    pub(crate) sums: usize,
}

impl Record for FiguresRow {
    const ROWS: &'static [&'static str] =
        &["ANALYTICS / D#{day}#{currency}#{plan}", "ANALYTICS / M#{month}#{currency}#{plan}"];
}

impl Record for UsageRow {
    const ROWS: &'static [&'static str] = &["ANALYTICS / U#{day}#{plan}#{feature}"];
}

impl Record for AddedUsage {
    const ROWS: &'static [&'static str] = &["COUNTED#{event} / USAGE"];
}

impl Record for Course {
    const ROWS: &'static [&'static str] = &["COUNTED#{subscription} / COURSE"];
}

/// The month of a day, such as `2026-12`.
pub(crate) fn month(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

pub(crate) fn day_key(scope: TenantScope, day: Date, currency: Currency, plan: &PlanKey) -> Key {
    scope.key(ANALYTICS, format_args!("D#{day}#{currency}#{plan}"))
}

pub(crate) fn month_key(scope: TenantScope, day: Date, currency: Currency, plan: &PlanKey) -> Key {
    scope.key(ANALYTICS, format_args!("M#{}#{currency}#{plan}", month(day)))
}

pub(crate) fn usage_key(scope: TenantScope, sum: &UsageSum) -> Key {
    scope.key(ANALYTICS, format_args!("U#{}#{}#{}", sum.day, sum.plan_key, sum.feature))
}

pub(crate) fn course_key(scope: TenantScope, subscription: SubscriptionId) -> Key {
    scope.key(format_args!("COUNTED#{subscription}"), "COURSE")
}

/// A sum that is no number of ours.
pub(crate) fn too_large() -> TableError {
    TableError::Corrupt("a sum of monthly recurring revenue that is no 64-bit integer".to_owned())
}
