//! Instants with millisecond precision, time zones, and where "now" comes from.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Where the present comes from: the system, the test clock, or a test.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> jiff::Timestamp;
}

/// An instant in UTC with millisecond precision. Wire and storage form `2026-11-21T01:02:03.004Z`: fixed width, so
/// that text order is time order for the years 0000 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// Why a text or number is no instant that we keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an instant: use RFC 3339 such as 2026-11-21T01:02:03.004Z, between the years 1970 and 9999")]
pub struct TimeError;

/// 9999-12-31T00:00:00Z, so that a day can still be added in every zone.
const MAX_MILLIS: i64 = 253_402_214_400_000;

impl Timestamp {
    /// `millis` milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Before 1970 or after 9999.
    pub const fn from_millis(millis: i64) -> Result<Self, TimeError> {
        if millis >= 0 && millis <= MAX_MILLIS { Ok(Self(millis)) } else { Err(TimeError) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1000
    }

    /// This instant and `duration` more, held to the range that we keep.
    pub fn plus(self, duration: SignedDuration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(MAX_MILLIS);
        Self(self.0.saturating_add(millis).clamp(0, MAX_MILLIS))
    }

    /// How long after `earlier` this is; negative when it is before.
    pub fn since(self, earlier: Self) -> SignedDuration {
        SignedDuration::from_millis(self.0 - earlier.0)
    }

    /// The civil date in `zone` at this instant.
    pub fn date_in(self, zone: &Zone) -> Date {
        self.to_jiff().to_zoned(zone.tz.clone()).date()
    }

    fn to_jiff(self) -> jiff::Timestamp {
        // In range by construction.
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    /// Cuts to milliseconds and to the range that we keep.
    fn from(instant: jiff::Timestamp) -> Self {
        Self(instant.as_millisecond().clamp(0, MAX_MILLIS))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_jiff())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| TimeError)?;
        Self::from_millis(instant.as_millisecond())
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(instant: Timestamp) -> Self {
        instant.to_string()
    }
}

/// A time zone of the IANA database, such as `Asia/Jakarta`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    tz: TimeZone,
}

/// The name is not in the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone: use an IANA name such as Asia/Jakarta")]
pub struct ZoneError;

impl Zone {
    /// The zone UTC.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), tz: TimeZone::UTC }
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first instant of a civil day in this zone (01:00 where midnight is skipped by daylight saving).
    ///
    /// # Errors
    /// The day lies outside 1970 to 9999.
    pub fn start_of(&self, date: Date) -> Result<Timestamp, TimeError> {
        let zoned = date.to_zoned(self.tz.clone()).map_err(|_| TimeError)?;
        Timestamp::from_millis(zoned.timestamp().as_millisecond())
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(name: &str) -> Result<Self, ZoneError> {
        let tz = TimeZone::get(name).map_err(|_| ZoneError)?;
        Ok(Self { name: tz.iana_name().ok_or(ZoneError)?.to_owned(), tz })
    }
}

impl TryFrom<String> for Zone {
    type Error = ZoneError;

    fn try_from(name: String) -> Result<Self, ZoneError> {
        name.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_one_spelling() {
        let instant: Timestamp = "2026-11-21T08:02:03.0049+07:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2026-11-21T01:02:03.004Z");
        assert_eq!(Timestamp::from_millis(0).unwrap().to_string(), "1970-01-01T00:00:00.000Z");
        for bad in ["", "2026-11-21", "1969-12-31T23:59:59Z", "2026-02-29T00:00:00Z", "9999-12-31T23:59:59Z"] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_begins_where_the_zone_says() {
        let jakarta: Zone = "Asia/Jakarta".parse().unwrap();
        let day = jakarta.start_of(jiff::civil::date(2026, 12, 1)).unwrap();
        assert_eq!(day.to_string(), "2026-11-30T17:00:00.000Z");
        assert_eq!(day.date_in(&jakarta), jiff::civil::date(2026, 12, 1));
        assert_eq!(day.date_in(&Zone::utc()), jiff::civil::date(2026, 11, 30));
        assert!("Mars/Olympus".parse::<Zone>().is_err());
        assert!("../etc/passwd".parse::<Zone>().is_err());
    }
}
