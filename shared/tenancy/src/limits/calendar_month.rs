//! A month of UTC.

use std::fmt;

use jiff::ToSpan;
use kernel::{Date, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// A month of UTC, such as `2026-11`: what is used up is counted in it, and of each mark is told once in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CalendarMonth(String);

impl CalendarMonth {
    /// The month of an instant.
    pub fn of(instant: Timestamp) -> Self {
        Self::of_day(instant.date_in(&Zone::utc()))
    }

    /// The month of a day of UTC.
    pub fn of_day(day: Date) -> Self {
        Self(day.strftime("%Y-%m").to_string())
    }

    /// The first instant of the month after that of `instant`.
    pub fn end_after(instant: Timestamp) -> Timestamp {
        let first = instant.date_in(&Zone::utc()).first_of_month();
        let next = first.checked_add(1.month()).ok().and_then(|next| Zone::utc().start_of(next).ok());
        // Only the last month that dates know has no next one.
        next.unwrap_or(instant)
    }
}

impl fmt::Display for CalendarMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_where_the_next_begins() {
        for (instant, month, end) in [
            ("2026-11-01T00:00:00.000Z", "2026-11", "2026-12-01T00:00:00.000Z"),
            ("2026-12-31T23:59:59.999Z", "2026-12", "2027-01-01T00:00:00.000Z"),
        ] {
            let instant = instant.parse().unwrap();
            assert_eq!(CalendarMonth::of(instant).to_string(), month);
            assert_eq!(CalendarMonth::end_after(instant).to_string(), end);
        }
    }
}
