//! What is written of a recurring invoice, as callers give it, and what can be wrong with it.

use billing::Line;
use jiff::ToSpan;
use kernel::{Currency, Date};
use web::Problem;

use crate::drafts::line_body::{self, LineBody};

/// How far away the first and the last day may be.
const MOST_YEARS: i16 = 10;

/// The days that were asked for.
#[derive(Clone, Copy)]
pub(crate) struct AskedDays {
    /// The first, where it is asked for.
    pub(crate) start: Option<Date>,
    /// The last on which an invoice may be made.
    pub(crate) end: Option<Date>,
    pub(crate) today: Date,
}

/// The lines of a body, if it has any, or all that is wrong with them, with its days to pay and with its days.
///
/// # Errors
/// 422 with the place of each value at fault.
pub(crate) fn checked(
    bodies: Option<&[LineBody]>,
    terms_days: Option<u16>,
    currency: Currency,
    days: AskedDays,
) -> Result<Option<Vec<Line>>, Problem> {
    let mut faults = Vec::new();
    let lines = line_body::parsed(bodies, terms_days, currency, days.today, &mut faults);
    for (at, _) in bodies.unwrap_or_default().iter().enumerate().filter(|(_, body)| body.period.is_some()) {
        let detail = "leave it out: the days of each invoice follow from covers";
        faults.push((format!("/lines/{at}/period"), "INVALID_VALUE", detail));
    }
    let latest = days.today.checked_add(MOST_YEARS.years()).unwrap_or(Date::MAX);
    if days.start.is_some_and(|start| start < days.today || start > latest) {
        faults.push(("/startDate".to_owned(), "INVALID_VALUE", "use today or a day within ten years"));
    }
    if let Some(end) = days.end
        && (end > latest || days.start.is_some_and(|start| end < start))
    {
        faults.push(("/endDate".to_owned(), "INVALID_VALUE", "use the first day or a later one, within ten years"));
    }
    line_body::all_well(faults)?;
    Ok(lines)
}
