//! When a schedule of EventBridge Scheduler is due: `rate(…)` and six-field `cron(…)` in a time zone.
//!
//! As on AWS, a time that daylight saving skips is not run, and one that it repeats is run once.

use std::collections::BTreeSet;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Weekday, date},
    tz::{AmbiguousOffset, TimeZone},
};

/// A parsed schedule expression.
#[derive(Clone, Debug)]
pub enum Schedule {
    /// Every `period`, counted from the start of the cloud.
    Rate(SignedDuration),
    /// At the civil times that the fields name, in the zone.
    Cron(Box<Cron>),
}

/// The fields of a `cron` expression.
#[derive(Clone, Debug)]
pub struct Cron {
    minutes: BTreeSet<i16>,
    hours: BTreeSet<i16>,
    days: Days,
    months: BTreeSet<i16>,
    years: BTreeSet<i16>,
    zone: TimeZone,
}

#[derive(Clone, Debug)]
enum Days {
    OfMonth {
        listed: BTreeSet<i16>,
        last: bool,
    },
    /// Sunday is 1, as in AWS's cron.
    OfWeek {
        listed: BTreeSet<i16>,
        last: BTreeSet<i16>,
        nth: BTreeSet<(i16, i16)>,
    },
}

/// Why an expression cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` is no schedule: {reason}")]
pub struct ScheduleError {
    expression: String,
    reason: String,
}

impl Schedule {
    /// Reads `rate(…)` or `cron(…)`; `zone` is an IANA name, UTC by default.
    pub fn parse(expression: &str, zone: Option<&str>) -> Result<Self, ScheduleError> {
        let fail = |reason: String| ScheduleError { expression: expression.to_owned(), reason };
        let body = |prefix: &str| expression.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')'));
        if let Some(rate) = body("rate(") {
            return parse_rate(rate).map(Self::Rate).map_err(fail);
        }
        let fields = body("cron(").ok_or_else(|| fail("expected rate(…) or cron(…)".to_owned()))?;
        let zone = TimeZone::get(zone.unwrap_or("UTC")).map_err(|error| fail(error.to_string()))?;
        parse_cron(fields, zone).map(|cron| Self::Cron(Box::new(cron))).map_err(fail)
    }

    /// The first due time after `after`, for a schedule that was created at `created`.
    pub fn next_after(&self, after: Timestamp, created: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Rate(period) => {
                let elapsed = after.duration_since(created).as_secs().max(0);
                let periods = elapsed.checked_div(period.as_secs())?.checked_add(1)?;
                let offset = SignedDuration::from_secs(period.as_secs().checked_mul(periods)?);
                created.checked_add(offset).ok()
            }
            Self::Cron(cron) => cron.next_after(after),
        }
    }
}

impl Cron {
    fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let start = after.to_zoned(self.zone.clone()).date();
        let mut day = start;
        loop {
            if !self.years.contains(&day.year()) {
                let year = self.years.range(day.year()..).next()?;
                day = date(*year, 1, 1);
                continue;
            }
            if !self.months.contains(&i16::from(day.month())) {
                day = day.last_of_month().tomorrow().ok()?;
                continue;
            }
            if self.days.contain(day)
                && let Some(found) = self.times_on(day).find(|instant| *instant > after)
            {
                return Some(found);
            }
            day = day.tomorrow().ok()?;
        }
    }

    fn times_on(&self, day: Date) -> impl Iterator<Item = Timestamp> {
        self.hours.iter().flat_map(move |hour| {
            self.minutes.iter().filter_map(move |minute| {
                let time = jiff::civil::Time::new(i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?, 0, 0).ok()?;
                self.instant(day.to_datetime(time))
            })
        })
    }

    fn instant(&self, civil: DateTime) -> Option<Timestamp> {
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(civil).ok()
            }
            AmbiguousOffset::Gap { .. } => None,
        }
    }
}

impl Days {
    fn contain(&self, day: Date) -> bool {
        match self {
            Self::OfMonth { listed, last } => {
                listed.contains(&i16::from(day.day())) || (*last && day == day.last_of_month())
            }
            Self::OfWeek { listed, last, nth } => {
                let weekday = i16::from(day.weekday().to_sunday_one_offset());
                let week = i16::from(day.day().saturating_sub(1).checked_div(7).unwrap_or_default()) + 1;
                listed.contains(&weekday)
                    || nth.contains(&(weekday, week))
                    || (last.contains(&weekday) && day.day() > day.days_in_month() - 7)
            }
        }
    }
}

fn parse_rate(text: &str) -> Result<SignedDuration, String> {
    let mut words = text.split_whitespace();
    let (Some(count), Some(unit), None) = (words.next(), words.next(), words.next()) else {
        return Err("a rate is a number and a unit".to_owned());
    };
    let count: i64 = count.parse().ok().filter(|count| *count > 0).ok_or("the number must be positive")?;
    let seconds = match unit {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        _ => return Err(format!("unknown unit `{unit}`")),
    };
    count.checked_mul(seconds).map(SignedDuration::from_secs).ok_or_else(|| "the rate is too long".to_owned())
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

fn parse_cron(text: &str, zone: TimeZone) -> Result<Cron, String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minutes, hours, month_days, months, week_days, years] = fields.as_slice() else {
        return Err(format!("cron has six fields, found {}", fields.len()));
    };
    let days = match (*month_days, *week_days) {
        ("?", week) => of_week(week)?,
        (month, "?") => {
            let listed = month.split(',').filter(|part| *part != "L").collect::<Vec<_>>().join(",");
            let listed = if listed.is_empty() { BTreeSet::new() } else { field(&listed, 1, 31, &[])? };
            Days::OfMonth { listed, last: month.split(',').any(|part| part == "L") }
        }
        _ => return Err("one of day-of-month and day-of-week must be ?".to_owned()),
    };
    Ok(Cron {
        minutes: field(minutes, 0, 59, &[])?,
        hours: field(hours, 0, 23, &[])?,
        days,
        months: field(months, 1, 12, &MONTHS)?,
        years: field(years, 1970, 2199, &[])?,
        zone,
    })
}

fn of_week(text: &str) -> Result<Days, String> {
    let (mut plain, mut last, mut nth) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for part in text.split(',') {
        if part == "L" {
            // Saturday, the last day of AWS's week.
            last.insert(i16::from(Weekday::Saturday.to_sunday_one_offset()));
        } else if let Some(day) = part.strip_suffix('L') {
            last.extend(field(day, 1, 7, &WEEKDAYS)?);
        } else if let Some((day, week)) = part.split_once('#') {
            let week: i16 = week.parse().ok().filter(|week| (1..=5).contains(week)).ok_or("# takes 1 to 5")?;
            nth.extend(field(day, 1, 7, &WEEKDAYS)?.into_iter().map(|day| (day, week)));
        } else {
            plain.push(part);
        }
    }
    let listed = if plain.is_empty() { BTreeSet::new() } else { field(&plain.join(","), 1, 7, &WEEKDAYS)? };
    Ok(Days::OfWeek { listed, last, nth })
}

/// The values of one field: `*`, lists, ranges and steps; `names` stand for the numbers from `low` up.
fn field(text: &str, low: i16, high: i16, names: &[&str]) -> Result<BTreeSet<i16>, String> {
    let number = |word: &str| -> Result<i16, String> {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(word));
        let value = match named {
            Some(index) => i16::try_from(index).ok().and_then(|index| index.checked_add(low)),
            None => word.parse().ok(),
        };
        value.filter(|value| (low..=high).contains(value)).ok_or_else(|| format!("`{word}` is not {low} to {high}"))
    };
    let mut values = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => {
                (range, step.parse().ok().filter(|step| *step > 0).ok_or_else(|| format!("bad step in `{part}`"))?)
            }
            None => (part, 1),
        };
        let (first, last) = match (range, range.split_once('-')) {
            ("*", _) => (low, high),
            (_, Some((first, last))) => (number(first)?, number(last)?),
            (single, None) if part.contains('/') => (number(single)?, high),
            (single, None) => (number(single)?, number(single)?),
        };
        if first > last {
            return Err(format!("`{part}` runs backwards"));
        }
        values.extend((first..=last).step_by(step));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(expression: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::parse(expression, Some(zone)).unwrap();
        let created: Timestamp = after.parse().unwrap();
        let mut at = created;
        let mut found = Vec::new();
        while found.len() < count {
            let Some(next) = schedule.next_after(at, created) else { break };
            assert!(next > at);
            at = next;
            found.push(next.to_string());
        }
        found
    }

    #[test]
    fn rates_count_from_the_creation() {
        let times = due("rate(5 minutes)", "UTC", "2026-11-21T00:00:30Z", 2);
        assert_eq!(times, ["2026-11-21T00:05:30Z", "2026-11-21T00:10:30Z"]);
        assert_eq!(due("rate(1 day)", "UTC", "2026-02-28T12:00:00Z", 1), ["2026-03-01T12:00:00Z"]);
    }

    #[test]
    fn a_daily_time_in_a_zone() {
        let times = due("cron(5 0 * * ? *)", "Asia/Jakarta", "2026-11-21T00:00:00Z", 2);
        assert_eq!(times, ["2026-11-21T17:05:00Z", "2026-11-22T17:05:00Z"]);
    }

    #[test]
    fn lists_ranges_steps_and_names() {
        let times = due("cron(0/30 9-10 ? JAN,mar MON-FRI 2027)", "UTC", "2027-01-29T09:45:00Z", 3);
        assert_eq!(times, ["2027-01-29T10:00:00Z", "2027-01-29T10:30:00Z", "2027-03-01T09:00:00Z"]);
        assert_eq!(due("cron(0 0 ? * 2 *)", "UTC", "2026-11-21T00:00:00Z", 1), ["2026-11-23T00:00:00Z"]);
        assert_eq!(due("cron(0 8 1 1 ? 2025)", "UTC", "2026-11-21T00:00:00Z", 1), Vec::<String>::new());
    }

    #[test]
    fn last_days_and_leap_days() {
        let times = due("cron(0 0 L * ? *)", "UTC", "2027-12-31T00:00:00Z", 3);
        assert_eq!(times, ["2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"]);
        assert_eq!(due("cron(0 0 29 2 ? *)", "UTC", "2028-03-01T00:00:00Z", 1), ["2032-02-29T00:00:00Z"]);
        assert_eq!(due("cron(0 0 ? * FRIL *)", "UTC", "2026-11-21T00:00:00Z", 1), ["2026-11-27T00:00:00Z"]);
        assert_eq!(due("cron(0 0 ? * MON#2 *)", "UTC", "2026-11-21T00:00:00Z", 1), ["2026-12-14T00:00:00Z"]);
    }

    #[test]
    fn a_skipped_time_is_not_run_and_a_repeated_one_once() {
        // Berlin skips 02:30 on 2027-03-28 and has it twice on 2026-10-25.
        let spring = due("cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-27T12:00:00Z", 1);
        assert_eq!(spring, ["2027-03-29T00:30:00Z"]);
        let autumn = due("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        assert_eq!(autumn, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for bad in [
            "every hour",
            "rate(0 minutes)",
            "rate(1 fortnight)",
            "cron(* * * * *)",
            "cron(0 0 * * * *)",
            "cron(60 0 * * ? *)",
            "cron(0 0 ? * FUN *)",
            "cron(0 10-8 * * ? *)",
            "cron(0/0 0 * * ? *)",
            "cron(0 0 ? * MON#6 *)",
        ] {
            assert!(Schedule::parse(bad, None).is_err(), "{bad}");
        }
        assert!(Schedule::parse("cron(0 0 * * ? *)", Some("Mars/Olympus")).is_err());
    }
}
