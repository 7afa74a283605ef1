//! A segment of a subscription: what is subscribed to from a day on.

use kernel::{Date, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::{BaseTiming, Calendar, Interval, Moment, PlanRef, Proration, calendar::stretch::is_midnight};

/// What is subscribed to from a day on, until the next such day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// The first day that it holds.
    pub from: Date,
    /// With which second of that it begins, where its plan counts them.
    #[serde(default, skip_serializing_if = "is_midnight")]
    pub from_second: u32,
    /// The plan, in the version that was sold.
    pub plan: PlanRef,
    /// How many of it, such as seats.
    pub quantity: u64,
    /// When the plan's base fee is billed.
    pub timing: BaseTiming,
    /// What parts of its periods are counted in.
    #[serde(default, skip_serializing_if = "Proration::is_by_day")]
    pub proration: Proration,
    /// How often.
    pub interval: Interval,
    /// The first day of a paid period, whose day of the month the later ones keep.
    pub anchor: Date,
    /// The first day after it, where nothing follows at once: the subscription was paused or ended within a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The second up to which its fee is owed, where its plan counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Moment>,
}

impl Segment {
    /// Where its paid periods lie.
    pub const fn calendar(&self) -> Calendar {
        Calendar::new(self.anchor, self.anchor, self.interval)
    }

    /// Where it begins.
    pub(crate) const fn begins(&self) -> Moment {
        Moment { day: self.from, second: self.from_second }
    }

    /// The moment of a change or a stop within a day of it: that of the instant where its plan counts seconds.
    pub(crate) fn moment_of(&self, now: Timestamp, zone: &Zone) -> Option<Moment> {
        (self.proration == Proration::Second).then(|| Moment::of(now, zone))
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
