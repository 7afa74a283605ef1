//! A segment of a subscription: what is subscribed to from a day on.

use kernel::Date;
use serde::{Deserialize, Serialize};

use crate::{BaseTiming, Calendar, Interval, PlanRef};

/// What is subscribed to from a day on, until the next such day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// The first day that it holds.
    pub from: Date,
    /// The plan, in the version that was sold.
    pub plan: PlanRef,
    /// How many of it, such as seats.
    pub quantity: u64,
    /// When the plan's base fee is billed.
    pub timing: BaseTiming,
    /// How often.
    pub interval: Interval,
    /// The first day of a paid period, whose day of the month the later ones keep.
    pub anchor: Date,
    /// The first day after it, where nothing follows at once: the subscription was paused or ended within a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Segment {
    /// Where its paid periods lie.
    pub const fn calendar(&self) -> Calendar {
        Calendar::new(self.anchor, self.anchor, self.interval)
    }

    /// Whether it holds on a day, unless a later one does.
    pub(crate) fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// Whether its boundaries are those of another.
    pub(crate) fn keeps_time_with(&self, other: &Self) -> bool {
        (self.interval, self.anchor) == (other.interval, other.anchor)
    }
}
