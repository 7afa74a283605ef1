//! From when to when a quota counts, which its name says: `predictionsPerMonth`, `apiCallsPerDay`, `exports`.

use jiff::ToSpan;
use kernel::{Date, TimeError, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Subscription, SubscriptionError};

/// What a quota is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QuotaPer)]
pub enum Per {
    /// A minute of UTC.
    Minute,
    /// An hour of UTC.
    Hour,
    /// A day of the subscriber.
    Day,
    /// A calendar month of the subscriber.
    Month,
    /// A billing period.
    Period,
}

/// The present one of what a quota is for: the next begins, with nothing used, when it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Tells it from the others of its quota.
    pub start: String,
    /// The first instant after it.
    pub ends_at: Timestamp,
}

const SUFFIXES: [(&str, Per); 4] =
    [("PerMinute", Per::Minute), ("PerHour", Per::Hour), ("PerDay", Per::Day), ("PerMonth", Per::Month)];

impl Per {
    /// The feature that a quota of this name limits, and for how long: the metric in front, `apiCalls`, is the feature
    /// `api_calls`.
    pub fn of_quota(name: &str) -> (String, Self) {
        let told = SUFFIXES.iter().find_map(|(suffix, per)| {
            let metric = name.strip_suffix(suffix).filter(|metric| !metric.is_empty())?;
            Some((metric, *per))
        });
        let (metric, per) = told.unwrap_or((name, Self::Period));
        (snake_case(metric), per)
    }

    /// Whether it lasts so long that a warning is read before it is over.
    pub const fn is_warned_of(self) -> bool {
        match self {
            Self::Day | Self::Month | Self::Period => true,
            Self::Minute | Self::Hour => false,
        }
    }

    /// The one that a subscription is in.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn window(self, subscription: &Subscription, now: Timestamp) -> Result<Window, SubscriptionError> {
        let today = now.date_in(&subscription.zone);
        let days = |start: Date, end: Date| -> Result<Window, SubscriptionError> {
            Ok(Window { start: start.to_string(), ends_at: subscription.zone.start_of(end)? })
        };
        match self {
            Self::Minute => Ok(clock(now, 60_000)?),
            Self::Hour => Ok(clock(now, 3_600_000)?),
            Self::Day => days(today, today.tomorrow().map_err(|_| TimeError)?),
            Self::Month => {
                let first = today.first_of_month();
                days(first, first.checked_add(1.month()).map_err(|_| TimeError)?)
            }
            Self::Period => {
                let period = subscription.period_of(today)?;
                days(period.start, period.end)
            }
        }
    }
}

/// The part of UTC of so many milliseconds.
fn clock(now: Timestamp, millis: i64) -> Result<Window, TimeError> {
    let start = now.as_millis() - now.as_millis() % millis;
    Ok(Window {
        start: Timestamp::from_millis(start)?.to_string(),
        ends_at: Timestamp::from_millis(start.saturating_add(millis))?,
    })
}

/// `apiCalls` as `api_calls`; capitals in a row, as in `APICalls`, are one word.
fn snake_case(metric: &str) -> String {
    let letters: Vec<char> = metric.chars().collect();
    let mut out = String::with_capacity(metric.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let ends_capitals = before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase);
                before.is_ascii_lowercase() || before.is_ascii_digit() || ends_capitals
            });
        if begins_word {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::samples;

    #[test]
    fn a_quotas_name_says_what_it_limits_and_for_how_long() {
        for (name, feature, per) in [
            ("apiCallsPerDay", "api_calls", Per::Day),
            ("predictionsPerMonth", "predictions", Per::Month),
            ("requestsPerMinute", "requests", Per::Minute),
            ("requestsPerHour", "requests", Per::Hour),
            ("storageGigabytes", "storage_gigabytes", Per::Period),
            ("api_calls", "api_calls", Per::Period),
            ("APICallsPerDay", "api_calls", Per::Day),
            ("Projects", "projects", Per::Period),
            ("s3Objects", "s3_objects", Per::Period),
            ("PerDay", "per_day", Per::Period),
            ("perDay", "per_day", Per::Period),
            ("callsPerDayPerMonth", "calls_per_day", Per::Month),
        ] {
            assert_eq!(Per::of_quota(name), (feature.to_owned(), per), "{name}");
        }
    }

    fn window(per: Per, zone: &str, now: &str) -> (String, String) {
        let subscription = samples::subscription("FREE", Currency::USD, zone, "2026-01-31T12:00:00Z");
        let window = per.window(&subscription, samples::at(now)).unwrap();
        (window.start, window.ends_at.to_string())
    }

    fn texts(start: &str, ends_at: &str) -> (String, String) {
        (start.to_owned(), ends_at.to_owned())
    }

    #[test]
    fn days_and_months_are_those_of_the_subscriber() {
        // Midnight in Jakarta is 17:00Z.
        let jakarta = |per, now| window(per, "Asia/Jakarta", now);
        assert_eq!(jakarta(Per::Day, "2026-11-30T16:59:59Z"), texts("2026-11-30", "2026-11-30T17:00:00.000Z"));
        assert_eq!(jakarta(Per::Day, "2026-11-30T17:00:00Z"), texts("2026-12-01", "2026-12-01T17:00:00.000Z"));
        assert_eq!(jakarta(Per::Month, "2026-11-30T16:59:59Z"), texts("2026-11-01", "2026-11-30T17:00:00.000Z"));
        assert_eq!(jakarta(Per::Month, "2026-11-30T17:00:00Z"), texts("2026-12-01", "2026-12-31T17:00:00.000Z"));
    }

    #[test]
    fn a_day_of_23_or_25_hours_is_a_day() {
        let berlin = |now| window(Per::Day, "Europe/Berlin", now);
        assert_eq!(berlin("2026-03-29T10:00:00Z"), texts("2026-03-29", "2026-03-29T22:00:00.000Z"));
        assert_eq!(berlin("2026-10-25T10:00:00Z"), texts("2026-10-25", "2026-10-25T23:00:00.000Z"));
        // There is no midnight on this day in Santiago: it begins at one.
        let santiago = window(Per::Day, "America/Santiago", "2026-09-05T12:00:00Z");
        assert_eq!(santiago, texts("2026-09-05", "2026-09-06T04:00:00.000Z"));
    }

    #[test]
    fn a_period_keeps_the_anchor_and_minutes_and_hours_are_those_of_utc() {
        let february = window(Per::Period, "UTC", "2026-02-28T00:00:00Z");
        assert_eq!(february, texts("2026-02-28", "2026-03-31T00:00:00.000Z"));
        let minute = window(Per::Minute, "Asia/Kolkata", "2026-11-21T01:02:03.004Z");
        assert_eq!(minute, texts("2026-11-21T01:02:00.000Z", "2026-11-21T01:03:00.000Z"));
        let hour = window(Per::Hour, "Asia/Kolkata", "2026-11-21T01:59:59.999Z");
        assert_eq!(hour, texts("2026-11-21T01:00:00.000Z", "2026-11-21T02:00:00.000Z"));
    }
}
