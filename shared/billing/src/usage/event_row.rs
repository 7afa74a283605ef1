//! An event as it is kept, and where it was counted.

use kernel::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;

use crate::{
    Aggregation, CountedIn, Feature, Placed, PlanKey, Quantity, UsageEventId, UsageValue,
    usage::counter_row::late_attribute,
};

/// An event that was counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsageEventRow {
    pub(crate) feature: Feature,
    pub(crate) quantity: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<UsageValue>,
    pub(crate) at: Timestamp,
    /// Where it was counted; nothing in older rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) counted: Option<CountedAt>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amended_at: Option<Timestamp>,
}

/// Where an event was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountedAt {
    /// The first day of the counter.
    pub(crate) start: Date,
    /// The first day of its own period, where that was billed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) late: Option<Date>,
    /// The day.
    pub(crate) day: Date,
    /// How.
    pub(crate) aggregation: Aggregation,
    /// How many units it counted, or had to say of its period.
    pub(crate) units: u64,
    /// Which plan counted it; nothing in a row of an older release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<PlanKey>,
}

/// That a value was seen in a period, or on a day, and by which event first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeenValue {
    pub(crate) event: UsageEventId,
}

impl Record for UsageEventRow {
    const ROWS: &'static [&'static str] = &["USAGE#{subscription} / E#{event}"];
}

impl Record for SeenValue {
    const ROWS: &'static [&'static str] =
        &["USAGE#{subscription} / VC#{day}#{feature}#{value}", "USAGE#{subscription} / VD#{day}#{feature}#{value}"];
}

impl UsageEventRow {
    pub(crate) fn of(placed: &Placed) -> Self {
        let event = &placed.event;
        Self {
            feature: event.feature.clone(),
            quantity: event.quantity,
            value: event.value.clone(),
            at: placed.at,
            counted: Some(CountedAt::of(placed)),
            amended_at: None,
        }
    }
}

impl CountedAt {
    pub(crate) fn of(placed: &Placed) -> Self {
        let (start, late) = match placed.counted {
            CountedIn::ItsPeriod => (placed.period.start, None),
            CountedIn::ALaterPeriod(start) => (start, Some(placed.period.start)),
        };
        Self {
            start,
            late,
            day: placed.day,
            aggregation: placed.aggregation,
            units: placed.units,
            plan: Some(placed.plan.clone()),
        }
    }

    /// The attribute of the counter.
    pub(crate) fn attribute(&self) -> String {
        self.late.map_or_else(|| USED.to_owned(), late_attribute)
    }

    /// Not above 10⁹, so that a transaction's sum fits.
    pub(crate) fn units(&self) -> i64 {
        i64::try_from(self.units).unwrap_or(i64::MAX)
    }
}

/// The attribute that counts units of the counter's own period.
pub(crate) const USED: &str = "used";
