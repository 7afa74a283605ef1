//! Numbers as people write them: `Rp1.332.000`, `$1,299.99`, `US$1.299,99`.

use crate::document::{Currency, Decimal, Language};

/// What stands between groups of three digits and before the decimals.
#[derive(Clone, Copy)]
struct Separators {
    group: char,
    decimal: char,
}

const ENGLISH: Separators = Separators { group: ',', decimal: '.' };
const INDONESIAN: Separators = Separators { group: '.', decimal: ',' };

/// An amount in minor units with its currency sign.
pub(crate) fn money(minor: i64, currency: &Currency, language: Language) -> String {
    price(Decimal { digits: minor, decimals: currency.exponent }, currency, language)
}

/// An amount that is taken off, with a minus sign unless it is zero.
pub(crate) fn deduction(minor: i64, currency: &Currency, language: Language) -> String {
    let amount = money(minor, currency, language);
    if minor > 0 { format!("\u{2212}{amount}") } else { amount }
}

/// An amount in major units with its currency sign; trailing zeros beyond the currency's own decimals are left out.
pub(crate) fn price(amount: Decimal, currency: &Currency, language: Language) -> String {
    let sign = if amount.digits < 0 { "\u{2212}" } else { "" };
    let digits = digits(amount, currency.exponent, separators(currency, language));
    format!("{sign}{}{digits}", symbol(&currency.code, language))
}

/// A plain number; trailing zeros after the separator are left out.
pub(crate) fn number(value: Decimal, language: Language) -> String {
    let separators = match language {
        Language::En => ENGLISH,
        Language::Id => INDONESIAN,
    };
    let sign = if value.digits < 0 { "\u{2212}" } else { "" };
    format!("{sign}{}", digits(value, 0, separators))
}

/// Rupiah keep their dots in English too: `Rp1,000` would be read as one rupiah here.
fn separators(currency: &Currency, language: Language) -> Separators {
    match (currency.code.as_str(), language) {
        ("IDR", _) | (_, Language::Id) => INDONESIAN,
        (_, Language::En) => ENGLISH,
    }
}

fn symbol(code: &str, language: Language) -> String {
    match (code, language) {
        ("IDR", _) => "Rp".to_owned(),
        ("USD", Language::En) => "$".to_owned(),
        ("USD", Language::Id) => "US$".to_owned(),
        ("SGD", _) => "S$".to_owned(),
        ("EUR", _) => "€".to_owned(),
        (other, _) => format!("{other}\u{a0}"),
    }
}

/// The absolute value, grouped, with at least `least_decimals`.
fn digits(value: Decimal, least_decimals: u8, separators: Separators) -> String {
    let decimals = usize::from(value.decimals);
    let padded = format!("{:0>width$}", value.digits.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    let mut fraction = fraction.trim_end_matches('0').to_owned();
    while fraction.len() < usize::from(least_decimals) {
        fraction.push('0');
    }
    let grouped = group(whole, separators.group);
    if fraction.is_empty() { grouped } else { format!("{grouped}{}{fraction}", separators.decimal) }
}

fn group(whole: &str, separator: char) -> String {
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str, exponent: u8) -> Currency {
        Currency { code: code.into(), exponent }
    }

    #[test]
    fn rupiah_have_dots_and_no_decimals_in_both_languages() {
        for language in [Language::En, Language::Id] {
            let rupiah = |minor| money(minor, &currency("IDR", 0), language);
            assert_eq!(rupiah(0), "Rp0");
            assert_eq!(rupiah(999), "Rp999");
            assert_eq!(rupiah(1_332_000), "Rp1.332.000");
            assert_eq!(rupiah(-50_000), "\u{2212}Rp50.000");
            assert_eq!(rupiah(i64::MIN), "\u{2212}Rp9.223.372.036.854.775.808");
        }
    }

    #[test]
    fn dollars_follow_the_language() {
        let usd = currency("USD", 2);
        assert_eq!(money(2_999, &usd, Language::En), "$29.99");
        assert_eq!(money(5, &usd, Language::En), "$0.05");
        assert_eq!(money(129_999_900, &usd, Language::En), "$1,299,999.00");
        assert_eq!(money(129_999_900, &usd, Language::Id), "US$1.299.999,00");
    }

    #[test]
    fn other_currencies_show_their_code() {
        assert_eq!(money(1_000, &currency("JPY", 0), Language::En), "JPY\u{a0}1,000");
        assert_eq!(money(1_234_567, &currency("KWD", 3), Language::Id), "KWD\u{a0}1.234,567");
    }

    #[test]
    fn unit_prices_may_be_below_a_cent() {
        let price_of = |digits, decimals| price(Decimal { digits, decimals }, &currency("USD", 2), Language::En);
        assert_eq!(price_of(5, 4), "$0.0005");
        assert_eq!(price_of(12, 0), "$12.00");
        assert_eq!(price_of(12_500_000, 6), "$12.50");
    }

    #[test]
    fn quantities_have_no_superfluous_zeros() {
        assert_eq!(number(Decimal { digits: 1_234_500, decimals: 3 }, Language::En), "1,234.5");
        assert_eq!(number(Decimal { digits: 1_234_500, decimals: 3 }, Language::Id), "1.234,5");
        assert_eq!(number(Decimal { digits: 0, decimals: 2 }, Language::En), "0");
        assert_eq!(number(Decimal { digits: -1, decimals: 0 }, Language::En), "\u{2212}1");
    }

    #[test]
    fn deductions_carry_one_sign() {
        let idr = currency("IDR", 0);
        assert_eq!(deduction(1_000, &idr, Language::Id), "\u{2212}Rp1.000");
        assert_eq!(deduction(0, &idr, Language::Id), "Rp0");
    }
}
