//! Western Indonesian Time (UTC+7, no daylight saving), which Midtrans writes without saying so.

use jiff::{
    civil::DateTime,
    tz::{TimeZone, offset},
};
use kernel::Timestamp;

/// The instant of a text such as `2025-06-19 13:23:20`.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime("%Y-%m-%d %H:%M:%S", text.trim()).ok()?;
    let zoned = civil.to_zoned(TimeZone::fixed(offset(7))).ok()?;
    Timestamp::from_millis(zoned.timestamp().as_millisecond()).ok()
}

/// An instant as Midtrans takes it, such as `2025-06-19 13:23:20 +0700`.
pub(crate) fn written(instant: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(instant.as_millis()).unwrap_or_default();
    instant.to_zoned(TimeZone::fixed(offset(7))).strftime("%Y-%m-%d %H:%M:%S %z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_seven_hours_all_year() {
        assert_eq!(parse("2025-06-19 13:23:20").unwrap().to_string(), "2025-06-19T06:23:20.000Z");
        assert_eq!(parse("2026-01-01 06:59:59").unwrap().to_string(), "2025-12-31T23:59:59.000Z");
        for bad in
            ["", "2025-06-19", "2025-06-19T13:23:20", "2025-02-30 00:00:00", "tomorrow", "2025-06-19 13:23:20 +0700"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
