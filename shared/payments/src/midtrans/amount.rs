//! Rupiah as Midtrans writes them.

use kernel::{Currency, Money};

/// The whole rupiah of a text such as `100000.00` or `100000`; `None` for a fraction that is not zero, a sign, a
/// leading zero, or anything else. At most 15 digits.
pub(crate) fn parse(text: &str) -> Option<Money> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "00"));
    let digits = (1..=15).contains(&whole.len()) && whole.bytes().all(|b| b.is_ascii_digit());
    let plain = whole == "0" || !whole.starts_with('0');
    let zero_fraction = (1..=2).contains(&fraction.len()) && fraction.bytes().all(|b| b == b'0');
    if digits && plain && zero_fraction {
        whole.parse().ok().map(|rupiah| Money::new(rupiah, Currency::IDR))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_rupiah_are_read_and_nothing_else() {
        for (text, rupiah) in [
            ("100000.00", 100_000),
            ("100000", 100_000),
            ("1.0", 1),
            ("0.00", 0),
            ("999999999999999.00", 999_999_999_999_999),
        ] {
            assert_eq!(parse(text), Some(Money::new(rupiah, Currency::IDR)), "{text}");
        }
        for bad in [
            "",
            ".",
            "1.",
            ".00",
            "1.50",
            "1.001",
            "1.000",
            "-1.00",
            "+1",
            "01.00",
            "00",
            "1e5",
            "1,000.00",
            " 1",
            "1 ",
            "1000000000000000",
            "0x10",
            "١٢",
            "NaN",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
