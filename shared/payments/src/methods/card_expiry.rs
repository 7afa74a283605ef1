//! The month with whose end a card ends.

use jiff::{SignedDuration, ToSpan, civil, tz::TimeZone};
use kernel::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// How long before a card ends its owner is warned.
const WARNED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How far behind UTC the day is anywhere: a card is taken until its last day is over everywhere.
const LAST_ZONE: SignedDuration = SignedDuration::from_hours(12);

/// The last month in which a card is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CardExpiry {
    /// Such as 2030.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl CardExpiry {
    /// The month of a year that a card can have printed on it; `None` for any other.
    pub fn new(year: i16, month: i8) -> Option<Self> {
        ((2000..=2199).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// The last day on which it is taken; `None` for what is no month.
    pub fn last_day(self) -> Option<Date> {
        civil::Date::new(self.year, self.month, 1).ok().map(civil::Date::last_of_month)
    }

    /// From when on the card is not taken any more, wherever its owner is.
    pub fn over_at(self) -> Timestamp {
        let first = civil::Date::new(self.year, self.month, 1).and_then(|first| first.checked_add(1.month()));
        let midnight = first.and_then(|first| first.to_zoned(TimeZone::UTC));
        // What is no month ends at once.
        let midnight = midnight.map_or(jiff::Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp());
        Timestamp::from(midnight).plus(LAST_ZONE)
    }

    /// When its owner is warned.
    pub fn warned_at(self) -> Timestamp {
        self.over_at().plus(-WARNED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_taken_to_the_end_of_its_month_everywhere() {
        let december = CardExpiry::new(2030, 12).unwrap();
        assert_eq!(december.over_at().to_string(), "2031-01-01T12:00:00.000Z");
        assert_eq!(december.warned_at().to_string(), "2030-12-02T12:00:00.000Z");
        assert_eq!(CardExpiry::new(2028, 2).unwrap().over_at().to_string(), "2028-03-01T12:00:00.000Z");
        for (year, month) in [(30, 12), (2030, 0), (2030, 13), (2200, 1)] {
            assert_eq!(CardExpiry::new(year, month), None);
        }
    }
}
