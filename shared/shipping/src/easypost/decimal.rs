//! EasyPost's numbers without floats: prices are texts, weights are ounces and sides are inches with one decimal.

use kernel::{Currency, Money};
use serde_json::value::RawValue;

use crate::{ParcelGrams, ParcelSide};

/// The money of a text such as `6.07` or `6.07000`; what is less than a minor unit is rounded up, for it is to be paid.
pub(super) fn price(text: &str, currency: Currency) -> Option<Money> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || fraction.len() > 12 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let exponent = usize::from(currency.exponent());
    let (kept, rest) = fraction.split_at(exponent.min(fraction.len()));
    let minor: i64 = format!("{whole}{kept:0<exponent$}").parse().ok()?;
    let up = i64::from(rest.bytes().any(|b| b != b'0'));
    Some(Money::new(minor.checked_add(up)?, currency))
}

/// The ounces of a weight, in tenths and rounded up: an ounce is 28.349523125 g.
pub(super) fn ounces(weight: ParcelGrams) -> Option<Box<RawValue>> {
    tenths((u64::from(weight.get()) * 10_000_000_000).div_ceil(28_349_523_125))
}

/// The inches of a side, in tenths and rounded up: an inch is 25.4 mm.
pub(super) fn inches(side: ParcelSide) -> Option<Box<RawValue>> {
    tenths((u64::from(side.get()) * 100).div_ceil(254))
}

fn tenths(tenths: u64) -> Option<Box<RawValue>> {
    RawValue::from_string(format!("{}.{}", tenths / 10, tenths % 10)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_to_the_minor_unit() {
        for (text, currency, minor) in [
            ("6.07", "USD", Some(607)),
            ("6.07000", "USD", Some(607)),
            ("6.0701", "USD", Some(608)),
            ("6", "USD", Some(600)),
            ("6.5", "USD", Some(650)),
            ("9000.00", "IDR", Some(9_000)),
            ("9000.01", "IDR", Some(9_001)),
            ("1.2345", "KWD", Some(1_235)),
            ("0.00", "USD", Some(0)),
            ("", "USD", None),
            ("-1.00", "USD", None),
            ("1e3", "USD", None),
            ("1,000.00", "USD", None),
            ("9999999999999", "USD", None),
        ] {
            let currency: Currency = currency.parse().unwrap();
            assert_eq!(price(text, currency).map(Money::minor), minor, "{text}");
        }
    }

    #[test]
    fn weights_and_sides_are_never_told_too_small() {
        let ounces = |grams: u32| super::ounces(grams.try_into().unwrap()).unwrap().get().to_owned();
        assert_eq!((ounces(436), ounces(1), ounces(1200)), ("15.4".to_owned(), "0.1".to_owned(), "42.4".to_owned()));
        assert_eq!(ounces(10_000_000), "352739.7");
        let inches = |mm: u32| super::inches(mm.try_into().unwrap()).unwrap().get().to_owned();
        assert_eq!((inches(254), inches(255), inches(1)), ("10.0".to_owned(), "10.1".to_owned(), "0.1".to_owned()));
    }
}
