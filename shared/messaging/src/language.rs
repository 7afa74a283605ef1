//! The languages that people are written to in, and how each writes amounts and days.

use kernel::{Currency, Date, Money};
use serde::{Deserialize, Serialize};

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Indonesian.
    Id,
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

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Id];

    /// The language of a tag such as `id`, `id-ID` or `en_GB`; English for all that we do not speak.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        // `in` is what Indonesian was called before 1989, and what old devices still say.
        if primary == "id" || primary == "in" { Self::Id } else { Self::En }
    }

    /// The tag of this language.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Id => "id",
        }
    }

    /// An amount as people write it: `Rp100.000`, `$9.99`, `EUR 1,234.50`; the minus goes first.
    pub fn money(self, money: Money) -> String {
        // Rupiah keep their dots in English too, as on the printed invoice: `Rp1,000` would be read as one rupiah here.
        let (group, decimal) = match (money.currency(), self) {
            (Currency::IDR, _) | (_, Self::Id) => ('.', ','),
            (_, Self::En) => (',', '.'),
        };
        let exponent = usize::from(money.currency().exponent());
        let digits = format!("{:0>width$}", money.minor().unsigned_abs(), width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        let sign = if money.is_negative() { "-" } else { "" };
        let symbol = match (money.currency(), self) {
            (Currency::IDR, _) => "Rp".to_owned(),
            (Currency::USD, Self::En) => "$".to_owned(),
            (Currency::USD, Self::Id) => "US$".to_owned(),
            (other, _) => format!("{other} "),
        };
        let whole = grouped(whole, group);
        if fraction.is_empty() {
            format!("{sign}{symbol}{whole}")
        } else {
            format!("{sign}{symbol}{whole}{decimal}{fraction}")
        }
    }

    /// A day as people write it: `21 November 2026`, `1 Desember 2026`.
    pub fn date(self, date: Date) -> String {
        let months = match self {
            Self::En => MONTHS_EN,
            Self::Id => MONTHS_ID,
        };
        let index = usize::try_from(date.month() - 1).unwrap_or(0);
        let month = months.get(index).copied().unwrap_or_default();
        format!("{} {month} {}", date.day(), date.year())
    }
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
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_people_write_them() {
        let kwd: Currency = "KWD".parse().unwrap();
        let eur: Currency = "EUR".parse().unwrap();
        for (minor, currency, english, indonesian) in [
            (100_000, Currency::IDR, "Rp100.000", "Rp100.000"),
            (498_390, Currency::IDR, "Rp498.390", "Rp498.390"),
            (0, Currency::IDR, "Rp0", "Rp0"),
            (-1_500_000, Currency::IDR, "-Rp1.500.000", "-Rp1.500.000"),
            (999, Currency::USD, "$9.99", "US$9,99"),
            (5, Currency::USD, "$0.05", "US$0,05"),
            (123_456, eur, "EUR 1,234.56", "EUR 1.234,56"),
            (1_234_567, kwd, "KWD 1,234.567", "KWD 1.234,567"),
            (i64::MIN, Currency::JPY, "-JPY 9,223,372,036,854,775,808", "-JPY 9.223.372.036.854.775.808"),
        ] {
            let money = Money::new(minor, currency);
            assert_eq!(Language::En.money(money), english);
            assert_eq!(Language::Id.money(money), indonesian);
        }
    }

    #[test]
    fn days_have_their_months_names() {
        let days: Vec<_> = (1..=12).map(|month| Language::Id.date(jiff::civil::date(2026, month, 1))).collect();
        assert_eq!(days[7], "1 Agustus 2026");
        assert_eq!(days[11], "1 Desember 2026");
        assert_eq!(Language::En.date(jiff::civil::date(2026, 11, 21)), "21 November 2026");
    }

    #[test]
    fn tags_find_their_language() {
        for (tag, language) in [
            ("id", Language::Id),
            ("ID-id", Language::Id),
            ("in", Language::Id),
            ("en-GB", Language::En),
            ("jv", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }
}
