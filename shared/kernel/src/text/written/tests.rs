//! Tests of `written.rs`.

use jiff::civil::date;

use super::*;

#[test]
fn amounts_are_written_as_people_write_them() {
    for (minor, code, english, indonesian) in [
        (100_000, "IDR", "IDR\u{a0}100,000", "Rp100.000"),
        (0, "IDR", "IDR\u{a0}0", "Rp0"),
        (-1_500_000, "IDR", "\u{2212}IDR\u{a0}1,500,000", "\u{2212}Rp1.500.000"),
        (999, "USD", "$9.99", "US$9,99"),
        (5, "USD", "$0.05", "US$0,05"),
        (129_999_900, "USD", "$1,299,999.00", "US$1.299.999,00"),
        (123_456, "EUR", "€1,234.56", "€1.234,56"),
        (123_456, "SGD", "S$1,234.56", "S$1.234,56"),
        (1_234_567, "KWD", "KWD\u{a0}1,234.567", "KWD\u{a0}1.234,567"),
        (i64::MIN, "JPY", "\u{2212}JPY\u{a0}9,223,372,036,854,775,808", "\u{2212}JPY\u{a0}9.223.372.036.854.775.808"),
    ] {
        let money = Money::new(minor, code.parse().unwrap());
        assert_eq!((Locale::En.money(money).as_str(), Locale::Id.money(money).as_str()), (english, indonesian));
    }
}

#[test]
fn unit_prices_may_be_below_a_cent() {
    let price = |digits, decimals| Locale::En.price(Decimal { digits, decimals }, Currency::USD);
    assert_eq!(
        (price(5, 4).as_str(), price(12, 0).as_str(), price(12_500_000, 6).as_str()),
        ("$0.0005", "$12.00", "$12.50")
    );
}

#[test]
fn numbers_have_no_superfluous_zeros() {
    let value = Decimal { digits: 1_234_500, decimals: 3 };
    assert_eq!((Locale::En.number(value).as_str(), Locale::Id.number(value).as_str()), ("1,234.5", "1.234,5"));
    assert_eq!(Locale::En.number(Decimal { digits: 0, decimals: 2 }), "0");
    assert_eq!(Locale::En.number(Decimal { digits: -1, decimals: 0 }), "\u{2212}1");
    assert_eq!(Locale::Id.count(u64::MAX), "18.446.744.073.709.551.615");
}

#[test]
fn days_have_their_months_names() {
    let days: Vec<_> = (1..=12).map(|month| Locale::Id.date(date(2026, month, 1))).collect();
    assert_eq!((days[7].as_str(), days[11].as_str()), ("1 Agustus 2026", "1 Desember 2026"));
    assert_eq!(Locale::En.date(date(2026, 11, 21)), "21 November 2026");
}

#[test]
fn ranges_name_shared_parts_once() {
    assert_eq!(Locale::En.days(date(2026, 11, 1), date(2026, 11, 30)), "1–30 Nov 2026");
    assert_eq!(Locale::En.days(date(2026, 11, 15), date(2026, 12, 14)), "15 Nov – 14 Dec 2026");
    assert_eq!(Locale::Id.days(date(2026, 12, 30), date(2027, 1, 29)), "30 Des 2026 – 29 Jan 2027");
    assert_eq!(Locale::Id.days(date(2026, 8, 1), date(2026, 8, 1)), "1 Agu 2026");
}

#[test]
fn instants_are_read_from_the_clock_of_a_zone() {
    let at = "2026-11-21T01:05:00Z".parse().unwrap();
    let jakarta = "Asia/Jakarta".parse().unwrap();
    assert_eq!(Locale::En.moment(at, &jakarta), "21 November 2026 at 08:05 WIB");
    assert_eq!(Locale::Id.moment(at, &"UTC".parse().unwrap()), "21 November 2026 pukul 01.05 UTC");
}
