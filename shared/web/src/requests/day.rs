//! Days as query parameters.

use kernel::{Date, parse_day};

use crate::Problem;

/// The day that a query parameter names, such as `?from=2026-12-01`, if it was given.
///
/// # Errors
/// 422 for whatever else it says, also for other forms of ISO 8601.
pub fn day_parameter(name: &str, text: Option<&str>) -> Result<Option<Date>, Problem> {
    let day =
        |text| parse_day(text).ok_or_else(|| Problem::invalid(name, "INVALID_VALUE", "use a day such as 2026-12-01"));
    text.map(day).transpose()
}
