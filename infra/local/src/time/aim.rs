//! Where the clock shall go, as programs and people say it.

use jiff::{Span, Timestamp, civil::DateTime, tz::TimeZone};
use serde::Deserialize;

/// What a program says: a span, or an instant.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClockMove {
    advance: Option<String>,
    set: Option<String>,
}

/// The text says no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AimError {
    #[error("advance `{text}`: {reason}; say 31d, 12h or 90m")]
    Span { text: String, reason: String },
    #[error("set `{0}` is no time: say 2027-01-31T00:00:00Z, or a day of UTC such as 2027-01-31")]
    Instant(String),
    #[error("give either advance or set")]
    Both,
    #[error("“{0}” is no time")]
    Neither(String),
    #[error("{0} is beyond the years that a clock knows")]
    OutOfTime(String),
}

impl ClockMove {
    /// The instant that is meant, seen from `now`.
    pub(crate) fn target(&self, now: Timestamp) -> Result<Timestamp, AimError> {
        match (&self.advance, &self.set) {
            (Some(text), None) => {
                let bad = |error: jiff::Error| AimError::Span { text: text.clone(), reason: error.to_string() };
                // Days and months are those of UTC.
                after(now, text.parse().map_err(bad)?, &TimeZone::UTC).map_err(bad)
            }
            (None, Some(text)) => instant(text, &TimeZone::UTC).ok_or_else(|| AimError::Instant(text.clone())),
            _ => Err(AimError::Both),
        }
    }
}

/// The instant that a person means, seen from `now` in their zone: a day, which begins at midnight, a time of a day, an
/// instant, or a span.
pub(crate) fn read(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, AimError> {
    let text = text.trim();
    if let Some(instant) = instant(text, zone) {
        return Ok(instant);
    }
    let span: Span = text.trim_start_matches('+').trim().parse().map_err(|_| AimError::Neither(text.to_owned()))?;
    after(now, span, zone).map_err(|_| AimError::OutOfTime(text.to_owned()))
}

fn after(now: Timestamp, span: Span, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    now.to_zoned(zone.clone()).checked_add(span).map(|later| later.timestamp())
}

fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let civil = || text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
    text.parse().ok().or_else(civil)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jakarta() -> TimeZone {
        TimeZone::get("Asia/Jakarta").unwrap()
    }

    #[test]
    fn people_write_days_times_and_spans() {
        let now: Timestamp = "2027-01-31T20:00:00Z".parse().unwrap();
        for (text, meant) in [
            ("2027-03-03", "2027-03-02T17:00:00Z"),
            (" 2027-03-03 09:30 ", "2027-03-03T02:30:00Z"),
            ("2027-03-03T09:30", "2027-03-03T02:30:00Z"),
            ("2027-03-03T00:00:00Z", "2027-03-03T00:00:00Z"),
            ("31d", "2027-03-03T20:00:00Z"),
            // From the first of February in Jakarta.
            ("+1 month", "2027-02-28T20:00:00Z"),
            ("1mo", "2027-02-28T20:00:00Z"),
            ("12h", "2027-02-01T08:00:00Z"),
        ] {
            let expected: Timestamp = meant.parse().unwrap();
            assert_eq!(read(text, now, &jakarta()), Ok(expected), "{text}");
        }
        for text in ["besok", "", "2027-02-30", "31", "03-03-2027"] {
            assert_eq!(read(text, now, &jakarta()), Err(AimError::Neither(text.to_owned())), "{text}");
        }
        assert!(matches!(read("9999 years", now, &jakarta()), Err(AimError::OutOfTime(_))));
    }

    #[test]
    fn programs_say_one_of_two_things() {
        let now: Timestamp = "2027-01-31T20:00:00Z".parse().unwrap();
        let target = |advance: Option<&str>, set: Option<&str>| {
            ClockMove { advance: advance.map(str::to_owned), set: set.map(str::to_owned) }.target(now)
        };
        assert_eq!(target(Some("1mo"), None), Ok("2027-02-28T20:00:00Z".parse().unwrap()));
        assert_eq!(target(None, Some("2027-03-03")), Ok("2027-03-03T00:00:00Z".parse().unwrap()));
        assert_eq!(target(None, Some("besok")), Err(AimError::Instant("besok".to_owned())));
        assert!(matches!(target(Some("soon"), None), Err(AimError::Span { .. })));
        assert_eq!(target(Some("1d"), Some("2027-03-03")), Err(AimError::Both));
    }
}
