//! What a tenant's counters tell about its users: sign-ups, verifications, who is active, and who stays.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Weekday};
use kernel::{Date, Fault, FaultKind, Timestamp};
use table::TableError;

use crate::analytics::activity::{Activities, RETAINED_WEEKS, counter, day_of, month_of, week_of};

/// The days that are asked for, in UTC, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    from: Date,
    to: Date,
    today: Date,
}

/// The most days of one question.
const MOST_DAYS: i32 = 92;
/// How many days are answered when nothing is said of the beginning.
const USUAL_DAYS: i32 = 30;

/// These days cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("from and to are days such as 2026-11-21, in order, not after today (UTC), and 92 days at most")]
pub struct RangeError;

impl Fault for RangeError {
    fn kind(&self) -> FaultKind {
        FaultKind::Invalid
    }

    fn code(&self) -> &'static str {
        "INVALID_VALUE"
    }

    fn is_final(&self) -> bool {
        true
    }
}

/// What happened on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The day.
    pub day: Date,
    /// Who signed up.
    pub sign_ups: i64,
    /// Who proved an address.
    pub verifications: i64,
    /// Who signed in or refreshed.
    pub active: i64,
}

/// Who was active in a week, or in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekCount {
    /// `2026-W47` or `2026-11`.
    pub name: String,
    /// How many different users.
    pub active: i64,
}

/// Those who signed up in one ISO week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// `2026-W47`.
    pub week: String,
    /// How many.
    pub signed_up: i64,
    /// How many of them were active one week later, two weeks later, and so on; up to twelve, and to the present week.
    pub active_after_weeks: Vec<i64>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analytics {
    /// Every day of the range.
    pub days: Vec<DayCount>,
    /// Of those who signed up in the range, how many proved their address, whenever.
    pub verified_of_sign_ups: i64,
    /// The ISO weeks that the range touches, each as a whole.
    pub weeks: Vec<WeekCount>,
    /// The months that the range touches, each as a whole.
    pub months: Vec<WeekCount>,
    /// The weeks of sign-up that the range touches, each as a whole.
    pub cohorts: Vec<Cohort>,
}

impl Days {
    /// The days from `from` to `to`; to today, and from 30 days before, when left out.
    ///
    /// # Errors
    /// Out of order, in the future, before 1970, or more than 92 days.
    pub fn between(from: Option<Date>, to: Option<Date>, now: Timestamp) -> Result<Self, RangeError> {
        let today = day_of(now);
        let to = to.unwrap_or(today);
        let from = from.map_or_else(|| to.checked_sub((USUAL_DAYS - 1).days()), Ok).map_err(|_| RangeError)?;
        let days = Self { from, to, today };
        if from.year() < 1970 || from > to || to > today || days.len()? > MOST_DAYS {
            return Err(RangeError);
        }
        Ok(days)
    }

    /// The first day.
    pub const fn from(self) -> Date {
        self.from
    }

    /// The last day.
    pub const fn to(self) -> Date {
        self.to
    }

    fn len(self) -> Result<i32, RangeError> {
        Ok(self.to.since(self.from).map_err(|_| RangeError)?.get_days() + 1)
    }

    fn each(self) -> impl Iterator<Item = Date> {
        self.from.series(1.day()).take_while(move |day| *day <= self.to)
    }

    /// The Mondays of the weeks that the range touches.
    fn mondays(self) -> impl Iterator<Item = Date> {
        monday_of(self.from).series(1.week()).take_while(move |day| *day <= self.to)
    }

    /// The months whose counters the answer is made of: of whole weeks, and of what came after the sign-ups.
    fn months(self) -> BTreeSet<String> {
        let later = i32::from(RETAINED_WEEKS) + 1;
        let end = monday_of(self.to).saturating_add(later.weeks()).min(self.today.max(sunday_of(self.to)));
        monday_of(self.from).series(1.day()).take_while(|day| *day <= end).map(month_of).collect()
    }
}

fn monday_of(day: Date) -> Date {
    day.saturating_sub(i32::from(day.weekday().to_monday_zero_offset()).days())
}

fn sunday_of(day: Date) -> Date {
    day.saturating_add(i32::from(day.weekday().until(Weekday::Sunday)).days())
}

impl Analytics {
    /// The answer for these days out of the counters.
    fn of(days: Days, counters: &BTreeMap<String, i64>) -> Self {
        let count = |name: String| counters.get(&name).copied().unwrap_or_default();
        let months: BTreeSet<String> = days.each().map(month_of).collect();
        Self {
            days: days
                .each()
                .map(|day| DayCount {
                    day,
                    sign_ups: count(counter::sign_ups(day)),
                    verifications: count(counter::verifications(day)),
                    active: count(counter::active(day)),
                })
                .collect(),
            verified_of_sign_ups: days.each().map(|day| count(counter::verified_of(day))).sum(),
            weeks: days
                .mondays()
                .map(|monday| WeekCount { name: week_of(monday), active: count(counter::weekly(monday)) })
                .collect(),
            months: months
                .into_iter()
                .map(|month| WeekCount { active: count(format!("monthly:{month}")), name: month })
                .collect(),
            cohorts: days
                .mondays()
                .map(|monday| Cohort {
                    week: week_of(monday),
                    signed_up: monday.series(1.day()).take(7).map(|day| count(counter::sign_ups(day))).sum(),
                    active_after_weeks: (1..=RETAINED_WEEKS)
                        .take_while(|weeks| monday.saturating_add(i32::from(*weeks).weeks()) <= days.today)
                        .map(|weeks| count(counter::retained(monday, weeks)))
                        .collect(),
                })
                .collect(),
        }
    }
}

impl Activities<'_> {
    /// What the counters tell about these days. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn analytics(&self, days: Days) -> Result<Analytics, TableError> {
        let months: Vec<String> = days.months().into_iter().collect();
        Ok(Analytics::of(days, &self.counters(&months).await?))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T01:00:00Z".parse().unwrap()
    }

    #[test]
    fn thirty_days_are_usual_and_ninety_two_the_most() {
        let usual = Days::between(None, None, now()).unwrap();
        assert_eq!((usual.from(), usual.to(), usual.each().count()), (date(2026, 10, 23), date(2026, 11, 21), 30));
        let asked = |from, to| Days::between(from, to, now());
        assert_eq!(asked(Some(date(2026, 8, 22)), None).unwrap().each().count(), 92);
        for (from, to) in [
            (Some(date(2026, 8, 21)), None),
            (Some(date(2026, 11, 22)), None),
            (None, Some(date(2026, 11, 22))),
            (Some(date(2026, 11, 2)), Some(date(2026, 11, 1))),
            (Some(Date::MIN), Some(Date::MIN)),
            (None, Some(Date::MIN)),
            (Some(Date::MIN), Some(Date::MAX)),
            (Some(date(1969, 12, 31)), Some(date(1970, 1, 1))),
        ] {
            assert_eq!(asked(from, to), Err(RangeError), "{from:?} {to:?}");
        }
    }

    #[test]
    fn the_counters_of_twelve_months_are_the_most_that_are_read() {
        let long = Days::between(Some(date(2024, 1, 1)), Some(date(2024, 4, 1)), now()).unwrap();
        let months: Vec<String> = long.months().into_iter().collect();
        assert_eq!((months.first().unwrap().as_str(), months.last().unwrap().as_str()), ("2024-01", "2024-07"));
        assert!(months.len() <= 12);
        let present = Days::between(Some(date(2026, 11, 1)), None, now()).unwrap();
        // The week of the first begins in October, and that of today ends in November.
        assert_eq!(present.months().into_iter().collect::<Vec<_>>(), ["2026-10", "2026-11"]);
    }

    #[test]
    fn weeks_are_whole_and_cohorts_end_with_the_present() {
        let counters = [
            ("signups:2026-11-02", 3),
            ("signups:2026-11-05", 2),
            ("verified-of:2026-11-05", 1),
            ("verifications:2026-11-06", 4),
            ("active:2026-11-05", 7),
            ("weekly:2026-W45", 9),
            ("monthly:2026-11", 11),
            ("retained:2026-W45:1", 4),
            ("retained:2026-W45:3", 99),
        ];
        let counters = counters.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        let days = Days::between(Some(date(2026, 11, 5)), Some(date(2026, 11, 6)), now()).unwrap();
        let of = |day, sign_ups, verifications, active| DayCount { day, sign_ups, verifications, active };
        assert_eq!(
            Analytics::of(days, &counters),
            Analytics {
                days: vec![of(date(2026, 11, 5), 2, 0, 7), of(date(2026, 11, 6), 0, 4, 0)],
                verified_of_sign_ups: 1,
                weeks: vec![WeekCount { name: "2026-W45".to_owned(), active: 9 }],
                months: vec![WeekCount { name: "2026-11".to_owned(), active: 11 }],
                cohorts: vec![Cohort { week: "2026-W45".to_owned(), signed_up: 5, active_after_weeks: vec![4, 0] }],
            }
        );
    }
}
