//! Numbers, amounts and days as people write them: `Rp1.332.000`, `IDR 1,332,000`, `$1,299.99`, `30 Des 2026`.
//!
//! Mail, chat and documents all write them by these functions.

use serde::Serialize;

use crate::{Currency, Date, Locale, Money, Timestamp, Zone};

/// A decimal number without floats: `digits` × 10^-`decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Decimal {
    /// All of its digits, those after the point too.
    pub digits: i64,
    /// How many of them stand after the point.
    pub decimals: u8,
}

impl From<Money> for Decimal {
    fn from(money: Money) -> Self {
        Self { digits: money.minor(), decimals: money.currency().exponent() }
    }
}

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_ID: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const SHORT_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SHORT_ID: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];

impl Locale {
    /// An amount with its currency; the minus goes first.
    pub fn money(self, money: Money) -> String {
        self.price(money.into(), money.currency())
    }

    /// An amount in major units, which may have more decimals than the currency; those beyond the currency's own are
    /// written only where they say something.
    pub fn price(self, amount: Decimal, currency: Currency) -> String {
        let digits = self.digits(amount, currency.exponent());
        let sign = sign(amount.digits);
        // A name keeps its distance from the digits, a sign does not; none stands alone at the end of a line.
        let symbol = match (currency.code(), self) {
            ("IDR", Self::Id) => "Rp",
            ("USD", Self::En) => "$",
            ("USD", Self::Id) => "US$",
            ("SGD", _) => "S$",
            ("EUR", _) => "€",
            (code, _) => return format!("{sign}{code}\u{a0}{digits}"),
        };
        format!("{sign}{symbol}{digits}")
    }

    /// A plain number; zeros at the end of its decimals are left out.
    pub fn number(self, value: Decimal) -> String {
        format!("{}{}", sign(value.digits), self.digits(value, 0))
    }

    /// A count of things.
    pub fn count(self, units: u64) -> String {
        grouped(&units.to_string(), self.separators().0)
    }

    /// `1 Desember 2026`; both languages write the day first.
    pub fn date(self, date: Date) -> String {
        let months = match self {
            Self::En => &MONTHS_EN,
            Self::Id => &MONTHS_ID,
        };
        format!("{} {} {}", date.day(), month(months, date), date.year())
    }

    /// An instant by the clock of a zone, which is named: `21 November 2026 at 08:00 WIB`.
    pub fn moment(self, at: Timestamp, zone: &Zone) -> String {
        let clock = at.zoned(zone);
        let (day, hour, minute) = (self.date(clock.date()), clock.hour(), clock.minute());
        match self {
            Self::En => format!("{day} at {hour:02}:{minute:02} {}", clock.strftime("%Z")),
            Self::Id => format!("{day} pukul {hour:02}.{minute:02} {}", clock.strftime("%Z")),
        }
    }

    /// From one day to another, both included, with short months and without what they share: `1–31 Des 2026`,
    /// `30 Des 2026 – 29 Jan 2027`.
    pub fn days(self, first: Date, last: Date) -> String {
        let months = match self {
            Self::En => &SHORT_EN,
            Self::Id => &SHORT_ID,
        };
        let short = |date: Date| format!("{} {} {}", date.day(), month(months, date), date.year());
        let end = short(last);
        if first == last {
            end
        } else if first.year() != last.year() {
            format!("{} – {end}", short(first))
        } else if first.month() != last.month() {
            format!("{} {} – {end}", first.day(), month(months, first))
        } else {
            format!("{}–{end}", first.day())
        }
    }

    /// What stands between groups of three digits, and before the decimals.
    const fn separators(self) -> (char, char) {
        match self {
            Self::En => (',', '.'),
            Self::Id => ('.', ','),
        }
    }

    /// The absolute value, in groups, with at least `least_decimals`.
    fn digits(self, value: Decimal, least_decimals: u8) -> String {
        let (group, point) = self.separators();
        let decimals = usize::from(value.decimals);
        let padded = format!("{:0>width$}", value.digits.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = padded.split_at(padded.len() - decimals);
        let mut fraction = fraction.trim_end_matches('0').to_owned();
        while fraction.len() < usize::from(least_decimals) {
            fraction.push('0');
        }
        let whole = grouped(whole, group);
        if fraction.is_empty() { whole } else { format!("{whole}{point}{fraction}") }
    }
}

const fn sign(digits: i64) -> &'static str {
    if digits < 0 { "\u{2212}" } else { "" }
}

fn month(months: &[&'static str; 12], date: Date) -> &'static str {
    let index = usize::try_from(date.month() - 1).unwrap_or(0);
    months.get(index).copied().unwrap_or_default()
}

fn grouped(digits: &str, separator: char) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
