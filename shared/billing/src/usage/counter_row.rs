//! The rows that count usage, and where they are.

use std::{collections::BTreeMap, fmt};

use kernel::{Date, IdError, InvoiceId, SubscriptionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use table::{Key, Record, TenantScope};

use crate::{Aggregation, Feature, UsageEventId, UsageValue};

/// What closed a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Closing {
    /// The invoice that its units are on.
    Invoice(InvoiceId),
    /// The end of a period for which nothing was owed.
    Nothing,
}

const NOTHING: &str = "nothing";

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invoice(id) => id.fmt(f),
            Self::Nothing => f.write_str(NOTHING),
        }
    }
}

impl From<Closing> for String {
    fn from(closing: Closing) -> Self {
        closing.to_string()
    }
}

impl TryFrom<String> for Closing {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        if text == NOTHING { Ok(Self::Nothing) } else { text.parse().map(Self::Invoice) }
    }
}

/// A counter's row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CounterRow {
    #[serde(default)]
    pub(crate) used: u64,
    /// By what `used` is the largest or the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) top: Option<String>,
    #[serde(default)]
    pub(crate) late_billed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) closed: Option<Closing>,
    pub(crate) version: u64,
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, Value>,
}

/// The row of a day's use.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DayRow {
    pub(crate) day: Date,
    pub(crate) feature: Feature,
    pub(crate) used: u64,
    /// By what `used` is the largest or the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) top: Option<String>,
    /// How it counts; what says nothing adds up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) aggregation: Option<Aggregation>,
}

impl Record for CounterRow {
    const ROWS: &'static [&'static str] = &["USAGE#{subscription} / C#{day}#{feature}"];
    const FREE: &'static [&'static str] = &["late#{day}"];
}

impl Record for DayRow {
    const ROWS: &'static [&'static str] = &["USAGE#{subscription} / D#{day}#{feature}"];
}

/// What the attributes for late units begin with; the first day of their period follows.
pub(crate) const LATE: &str = "late#";

pub(crate) fn counter_key(scope: TenantScope, subscription: SubscriptionId, start: Date, feature: &Feature) -> Key {
    scope.key(partition(subscription), format_args!("C#{start}#{feature}"))
}

pub(crate) fn day_key(scope: TenantScope, subscription: SubscriptionId, day: Date, feature: &Feature) -> Key {
    scope.key(partition(subscription), format_args!("D#{day}#{feature}"))
}

/// Where it is noted that a value was seen in the period that begins on a day.
pub(crate) fn seen_in_period(
    scope: TenantScope,
    subscription: SubscriptionId,
    (start, feature, value): (Date, &Feature, &UsageValue),
) -> Key {
    scope.key(partition(subscription), format_args!("VC#{start}#{feature}#{value}"))
}

/// Where it is noted that a value was seen on a day.
pub(crate) fn seen_on_day(
    scope: TenantScope,
    subscription: SubscriptionId,
    (day, feature, value): (Date, &Feature, &UsageValue),
) -> Key {
    scope.key(partition(subscription), format_args!("VD#{day}#{feature}#{value}"))
}

pub(crate) fn event_key(scope: TenantScope, subscription: SubscriptionId, event: &UsageEventId) -> Key {
    scope.key(partition(subscription), format_args!("E#{event}"))
}

/// The partition of a subscription's usage.
pub(crate) fn partition(subscription: SubscriptionId) -> String {
    format!("USAGE#{subscription}")
}

/// The attribute that counts late units of the period that begins on this day.
pub(crate) fn late_attribute(start: Date) -> String {
    format!("{LATE}{start}")
}
