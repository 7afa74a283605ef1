//! Hours of the day in which nobody is disturbed.

use std::str::FromStr;

use jiff::{SignedDuration, civil::Date};
use kernel::{Timestamp, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A time of day on the wall clock, `07:30`: minutes after midnight, below 1,440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A time of day on the wall clock", value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    example = "07:30"
)]
pub struct ClockTime(u16);

/// The text is no time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use a time of day such as 07:30")]
pub struct ClockTimeError;

impl ClockTime {
    /// Minutes after midnight.
    pub const fn minute(self) -> u16 {
        self.0
    }

    /// The first instant after `now` at which the wall clock of `zone` shows this time on a day that is wanted, of the nine
    /// days from today on.
    pub(crate) fn next(self, zone: &Zone, now: Timestamp, is_wanted: impl Fn(Date) -> bool) -> Option<Timestamp> {
        let today = now.date_in(zone);
        let days = today.series(jiff::ToSpan::days(1)).take(9).filter(|day| is_wanted(*day));
        days.filter_map(|day| zone.at_minute(day, self.0).ok()).find(|instant| now < *instant)
    }
}

impl FromStr for ClockTime {
    type Err = ClockTimeError;

    fn from_str(text: &str) -> Result<Self, ClockTimeError> {
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let (hour, minute) = text.split_once(':').filter(|(h, m)| digits(h) && digits(m)).ok_or(ClockTimeError)?;
        let number = |part: &str, below| part.parse::<u16>().ok().filter(|n| *n < below).ok_or(ClockTimeError);
        Ok(Self(number(hour, 24)? * 60 + number(minute, 60)?))
    }
}

impl TryFrom<String> for ClockTime {
    type Error = ClockTimeError;

    fn try_from(text: String) -> Result<Self, ClockTimeError> {
        text.parse()
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        format!("{:02}:{:02}", time.0 / 60, time.0 % 60)
    }
}

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// How many minutes of the day messages leave in at least.
pub(super) const OPEN_MINUTES_MIN: u16 = 60;

/// The hours in which messages wait: from a time up to, but not including, another, over midnight where that is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// From when.
    #[schema(example = "22:00")]
    pub from: ClockTime,
    /// Until when.
    #[schema(example = "07:00")]
    pub to: ClockTime,
}

impl QuietHours {
    /// When the quiet hours end that `now` is in; none outside of them.
    pub fn end(self, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        let (from, to) = (u32::from(self.from.0), u32::from(self.to.0));
        let minute = now.second_of_day_in(zone) / 60;
        let is_quiet =
            if from < to { (from..to).contains(&minute) } else { from != to && (minute >= from || minute < to) };
        let end = self.to.next(zone, now, |_| true).filter(|_| is_quiet)?;
        // In the hour that autumn repeats the wall clock shows the end a second time, which is no instant of a calendar day.
        let on_the_clock = (i64::from(to) * 60 - i64::from(now.second_of_day_in(zone))).rem_euclid(DAY_SECONDS);
        let is_a_day_late = end.since(now) > SignedDuration::from_secs(DAY_SECONDS);
        Some(if is_a_day_late { now.plus(SignedDuration::from_secs(on_the_clock)) } else { end })
    }

    /// How many minutes of the day are not quiet.
    pub(super) fn open_minutes(self) -> u16 {
        let (from, to) = (self.from.0, self.to.0);
        if from < to { 1_440 - (to - from) } else { from - to }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hours(from: &str, to: &str) -> QuietHours {
        QuietHours { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn a_time_of_day_has_one_spelling() {
        for text in ["00:00", "07:30", "23:59"] {
            assert_eq!(String::from(text.parse::<ClockTime>().unwrap()), text);
        }
        for bad in ["", "7:30", "24:00", "12:60", "12:3", "+1:30", "12:30:00", "١٢:٣٠"] {
            assert_eq!(bad.parse::<ClockTime>(), Err(ClockTimeError), "{bad}");
        }
    }

    #[test]
    fn a_night_is_quiet_over_midnight_and_ends_in_the_morning() {
        let jakarta: Zone = "Asia/Jakarta".parse().unwrap();
        let end = |now: &str| hours("22:00", "07:00").end(&jakarta, at(now)).map(|end| end.to_string());
        let morning = Some("2026-12-02T00:00:00.000Z".to_owned());
        assert_eq!(end("2026-12-01T14:59:59.999Z"), None, "a moment before ten in the evening");
        assert_eq!((end("2026-12-01T15:00:00Z"), end("2026-12-01T18:00:00Z")), (morning.clone(), morning.clone()));
        assert_eq!((end("2026-12-01T23:59:59.999Z"), end("2026-12-02T00:00:00Z")), (morning, None));
        let noon = |now: &str| hours("12:00", "13:00").end(&jakarta, at(now)).map(|end| end.to_string());
        assert_eq!(noon("2026-12-01T05:30:00Z").as_deref(), Some("2026-12-01T06:00:00.000Z"));
        assert_eq!(noon("2026-12-01T06:00:00Z"), None);
    }

    #[test]
    fn the_end_is_on_the_wall_clock_when_the_clocks_change() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let end = |now: &str| hours("22:00", "02:30").end(&berlin, at(now)).map(|end| end.to_string());
        assert_eq!(end("2026-03-28T22:00:00Z").as_deref(), Some("2026-03-29T01:30:00.000Z"));
        assert_eq!(end("2026-10-24T22:00:00Z").as_deref(), Some("2026-10-25T00:30:00.000Z"));
    }

    #[test]
    fn the_hour_that_comes_twice_is_waited_for_once() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let end = |hours: QuietHours, now: &str| hours.end(&berlin, at(now)).map(|end| end.to_string());
        let short = hours("02:40", "02:50");
        assert_eq!(end(short, "2026-10-25T00:45:30Z").as_deref(), Some("2026-10-25T00:50:00.000Z"));
        assert_eq!(end(short, "2026-10-25T01:45:30Z").as_deref(), Some("2026-10-25T01:50:00.000Z"));
        assert_eq!(end(short, "2026-10-25T01:50:00Z"), None);
        // A night that is an hour longer still ends in the morning.
        assert_eq!(end(hours("22:00", "07:00"), "2026-10-24T20:00:00Z").as_deref(), Some("2026-10-25T06:00:00.000Z"));
    }

    proptest! {
        #[test]
        fn a_message_waits_less_than_a_day_and_is_not_held_at_the_end(
            from in 0_u16..1_440, to in 0_u16..1_440, seconds in 0_i64..40_000_000,
            zone in prop::sample::select(vec!["Asia/Jakarta", "Europe/Berlin", "Pacific/Apia", "UTC"]),
        ) {
            let quiet = QuietHours { from: ClockTime(from), to: ClockTime(to) };
            let zone: Zone = zone.parse().unwrap();
            let now = Timestamp::from_millis(1_790_000_000_000 + seconds * 1_000).unwrap();
            if let Some(end) = quiet.end(&zone, now) {
                prop_assert!(now < end && end.since(now) <= SignedDuration::from_hours(24), "{now} {end}");
                prop_assert!(quiet.end(&zone, end).is_none_or(|later| later > end));
            }
        }
    }
}
