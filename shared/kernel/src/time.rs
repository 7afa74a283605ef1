//! Instants with millisecond precision, time zones, and where "now" comes from.

use std::{fmt, str::FromStr, sync::LazyLock};

use jiff::{
    SignedDuration,
    civil::{Date, Time},
    tz::{TimeZone, TimeZoneDatabase},
};
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
        self.zoned(zone).date()
    }

    /// How many seconds of its day have passed on the wall clock in `zone`, below 86,400.
    pub fn second_of_day_in(self, zone: &Zone) -> u32 {
        let time = self.zoned(zone).time();
        let part = |count: i8| u32::from(count.unsigned_abs());
        (part(time.hour()) * 60 + part(time.minute())) * 60 + part(time.second())
    }

    /// The wall clock in `zone` at this instant.
    pub(crate) fn zoned(self, zone: &Zone) -> jiff::Zoned {
        self.to_jiff().to_zoned(zone.tz.clone())
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
        if !is_rfc3339(text) {
            return Err(TimeError);
        }
        let instant: jiff::Timestamp = text.parse().map_err(|_| TimeError)?;
        Self::from_millis(instant.as_millisecond())
    }
}

/// Whether a text has the form of RFC 3339, section 5.6. `jiff` reads more: every form of ISO 8601, offsets beyond a day,
/// and zones in brackets.
fn is_rfc3339(text: &str) -> bool {
    let Some((date_time, rest)) = text.split_at_checked(19) else { return false };
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let no_digit_behind_the_point = rest.starts_with('.') && rest.len() == offset.len() + 1;
    if !is_shaped(date_time, "0000-00-00T00:00:00") || no_digit_behind_the_point {
        return false;
    }
    match offset.strip_prefix(['+', '-']) {
        Some(behind) => is_shaped(behind, "00:00") && behind < "24:00" && behind.get(3..).is_some_and(|m| m < "60"),
        None => offset.eq_ignore_ascii_case("Z"),
    }
}

/// Whether a text has a digit for each `0` of the shape, and elsewhere the same letters.
fn is_shaped(text: &str, shape: &str) -> bool {
    let fits =
        |(c, wanted): (u8, u8)| if wanted == b'0' { c.is_ascii_digit() } else { c.eq_ignore_ascii_case(&wanted) };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

/// The civil day that a text such as `2026-12-01` names; `None` for every other form of ISO 8601, and for days that no
/// calendar has.
pub fn parse_day(text: &str) -> Option<Date> {
    if is_shaped(text, "0000-00-00") { text.parse().ok() } else { None }
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

/// A time zone of the IANA database, such as `Asia/Jakarta`. Names and rules are those that are linked in, so that the
/// days of billing are the same on every machine, and a stored zone can be read on each.
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

    /// When the wall clock in this zone shows so many minutes after midnight on a civil day: the first time where daylight
    /// saving shows them twice, and as much later as is skipped where it shows them never.
    ///
    /// # Errors
    /// 1,440 minutes or more, or a day outside 1970 to 9999.
    pub fn at_minute(&self, date: Date, minute: u16) -> Result<Timestamp, TimeError> {
        let part = |count: u16| i8::try_from(count).map_err(|_| TimeError);
        let time = Time::new(part(minute / 60)?, part(minute % 60)?, 0, 0).map_err(|_| TimeError)?;
        let zoned = date.to_datetime(time).to_zoned(self.tz.clone()).map_err(|_| TimeError)?;
        Timestamp::from_millis(zoned.timestamp().as_millisecond())
    }
}

/// The database that is linked in. `TimeZone::get` asks the machine's `/usr/share/zoneinfo` first.
static LINKED_IN: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// What the database has beside zones: the setting of a machine that nobody has set up, and the zone of who knows none.
const NO_ZONES: [&str; 2] = ["Factory", "Etc/Unknown"];

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(name: &str) -> Result<Self, ZoneError> {
        let tz = LINKED_IN.get(name).map_err(|_| ZoneError)?;
        let name = tz.iana_name().filter(|name| !NO_ZONES.contains(name)).ok_or(ZoneError)?.to_owned();
        Ok(Self { name, tz })
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
    fn only_rfc_3339_is_an_instant() {
        for (text, instant) in [
            ("2026-11-28T00:00:00Z", "2026-11-28T00:00:00.000Z"),
            ("2026-11-28t07:00:00.5+07:00", "2026-11-28T00:00:00.500Z"),
            ("2026-11-27T00:30:00-23:30", "2026-11-28T00:00:00.000Z"),
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), instant, "{text}");
        }
        for bad in [
            "20261128T000000Z",
            "2026-11-28T00:00:00Z[Asia/Jakarta]",
            "2026-11-28T07:00:00+07:00[Asia/Jakarta]",
            "2026-11-28 00:00:00Z",
            "2026-11-28T00:00Z",
            "2026-11-28T00Z",
            "2026-11-28T00:00:00",
            "2026-11-28T00:00:00+07",
            "2026-11-28T00:00:00+0700",
            "2026-11-28T00:00:00+07:00:00",
            "2026-11-28T00:00:00+24:00",
            "2026-11-28T00:00:00+07:60",
            "2026-11-28T00:00:00,5Z",
            "2026-11-28T00:00:00.Z",
            "+002026-11-28T00:00:00Z",
            " 2026-11-28T00:00:00Z",
            "2026-11-28T00:00:00Z ",
            "2026-11-28T00:00:0\u{0661}Z",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_has_one_form() {
        assert_eq!(parse_day("2026-12-01"), Some(jiff::civil::date(2026, 12, 1)));
        for bad in ["20261201", "+002026-12-01", "2026-12-01T00:00:00", "2026-12-1", "2026-W49-2", "2026-02-29", ""] {
            assert_eq!(parse_day(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_zone_is_what_the_linked_database_calls_one() {
        for name in ["Asia/Jakarta", "UTC", "Etc/GMT+7", "America/New_York"] {
            assert_eq!(name.parse::<Zone>().unwrap().name(), name);
        }
        assert_eq!("asia/jakarta".parse::<Zone>().unwrap().name(), "Asia/Jakarta");
        for bad in
            ["localtime", "posixrules", "Factory", "factory", "Etc/Unknown", "posix/Asia/Jakarta", "right/UTC", ""]
        {
            assert_eq!(bad.parse::<Zone>(), Err(ZoneError), "{bad}");
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

    #[test]
    fn a_wall_clock_shows_each_minute_once_a_day_whatever_daylight_saving_does() {
        let at = |zone: &str, day: &str, minute| {
            let zone: Zone = zone.parse().unwrap();
            zone.at_minute(parse_day(day).unwrap(), minute).map(|instant| instant.to_string())
        };
        assert_eq!(at("Asia/Jakarta", "2026-12-01", 7 * 60 + 30).unwrap(), "2026-12-01T00:30:00.000Z");
        // 02:30 was skipped on 29 March 2026 and shown twice on 25 October.
        assert_eq!(at("Europe/Berlin", "2026-03-29", 150).unwrap(), "2026-03-29T01:30:00.000Z");
        assert_eq!(at("Europe/Berlin", "2026-10-25", 150).unwrap(), "2026-10-25T00:30:00.000Z");
        assert!(at("Asia/Jakarta", "2026-12-01", 1_440).is_err());
    }
}
