//! Which days a report covers.

use analytics::{DayRange, DayRangeError};
use kernel::{Timestamp, Zone};
use web::{Day, Problem};

/// The days as they were asked for: up to today when no last one is given, from the first of the last one's month when no first one
/// is. Days to come are refused.
pub(crate) fn days(asked: (Option<Day>, Option<Day>), (zone, now): (&Zone, Timestamp)) -> Result<DayRange, Problem> {
    let (from, to) = asked;
    let today = now.date_in(zone);
    let to = to.map_or(today, |Day(day)| day);
    let from = from.map_or_else(|| to.first_of_month(), |Day(day)| day);
    if to > today {
        return Err(invalid("to", "the last day must not be after today in the tenant's zone"));
    }
    DayRange::new(from, to).map_err(|error| match error {
        DayRangeError::Backwards => invalid("to", &error.to_string()),
        DayRangeError::TooLong => invalid("from", &error.to_string()),
    })
}

/// A value that a report cannot be made of.
pub(crate) fn invalid(parameter: &str, detail: &str) -> Problem {
    Problem::invalid(parameter, "INVALID_VALUE", detail)
}
