//! Days as they are printed.

use billing::Period;
use kernel::Date;

use crate::document::{CivilDate, DocumentError};

pub(crate) fn day(date: Date) -> Result<CivilDate, DocumentError> {
    let number = |part: i8| u8::try_from(part).unwrap_or(0);
    CivilDate::new(i32::from(date.year()), number(date.month()), number(date.day()))
}

/// First and last day, both included: the period's end is the first day of the next.
pub(crate) fn days(period: Period) -> Result<(CivilDate, CivilDate), DocumentError> {
    let last = period.end.yesterday().unwrap_or(period.end);
    Ok((day(period.start)?, day(last)?))
}
