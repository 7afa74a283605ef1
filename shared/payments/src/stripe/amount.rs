//! Money in Stripe's units, and what Stripe takes at the least and at the most.
//!
//! The unit is a property of the provider and the currency together: Rp 15.000 is 15000 in our books and at Midtrans, and
//! 1500000 at Stripe.

use kernel::{Currency, Money};

/// The currencies that Stripe charges cards in, by how many decimals its amounts have (docs.stripe.com/currencies, "Minor units
/// in API amounts"). UGX is left out: Stripe's documents call it a currency without decimals in one place and with two in
/// another, and a guess is wrong by a factor of a hundred.
const DECIMALS: [(u8, &str); 3] = [
    (0, "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP CRC CVE \
         CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD KES KGS KHR KYD \
         KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP \
         PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TOP TRY TTD TWD TZS UAH USD UYU UZS WST \
         XCD YER ZAR ZMW",
    ),
    (3, "BHD JOD KWD OMR TND"),
];

/// The smallest charges that Stripe publishes, in its units; elsewhere it converts to the currency of the merchant's account and
/// refuses there.
const LEAST: [(&str, i64); 24] = [
    ("AED", 200),
    ("AUD", 50),
    ("BGN", 100),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("CZK", 1_500),
    ("DKK", 250),
    ("EUR", 50),
    ("GBP", 30),
    ("HKD", 400),
    ("HUF", 17_500),
    ("INR", 50),
    ("JPY", 50),
    ("MXN", 1_000),
    ("MYR", 200),
    ("NOK", 300),
    ("NZD", 50),
    ("PLN", 200),
    ("RON", 200),
    ("SEK", 300),
    ("SGD", 50),
    ("THB", 1_000),
    ("USD", 50),
];

/// How many decimals Stripe's amounts of a currency have; `None` for a currency that it does not take.
fn decimals(currency: Currency) -> Option<u8> {
    DECIMALS.iter().find(|(_, codes)| codes.split(' ').any(|code| code == currency.code())).map(|(count, _)| *count)
}

/// Every currency that Stripe takes.
pub(crate) fn currencies() -> impl Iterator<Item = Currency> {
    DECIMALS.iter().flat_map(|(_, codes)| codes.split(' ')).filter_map(|code| code.parse().ok())
}

/// An amount in Stripe's units; `None` for a currency that it does not take, and for an amount that it cannot say: a part
/// of its unit, or one that does not end in 0 where it has three decimals.
pub(crate) fn to_wire(money: Money) -> Option<i64> {
    let currency = money.currency();
    let wire = decimals(currency)?;
    let own = currency.exponent();
    let amount = if wire >= own {
        money.minor().checked_mul(power(wire - own))?
    } else {
        let unit = power(own - wire);
        (money.minor() % unit == 0).then(|| money.minor() / unit)?
    };
    (wire < 3 || amount % 10 == 0).then_some(amount)
}

/// What an amount in Stripe's units is; `None` for what is no whole number of the currency's own units.
pub(crate) fn from_wire(amount: i64, currency: Currency) -> Option<Money> {
    let wire = decimals(currency)?;
    let own = currency.exponent();
    let minor = if wire >= own {
        let unit = power(wire - own);
        (amount % unit == 0).then(|| amount / unit)?
    } else {
        amount.checked_mul(power(own - wire))?
    };
    Some(Money::new(minor, currency))
}

/// The smallest and the largest charge, in the currency's own units.
pub(crate) fn bounds(currency: Currency) -> Option<(i64, i64)> {
    let wire = decimals(currency)?;
    let own = currency.exponent();
    let published = LEAST.iter().find(|(code, _)| *code == currency.code()).map(|(_, least)| *least);
    let least = published.unwrap_or(if wire == 3 { 10 } else { 1 });
    let most = match currency.code() {
        "IDR" => 999_999_999_999,
        "COP" | "HUF" | "JPY" => 9_999_999_999,
        "INR" => 999_999_999,
        _ if wire == 3 => 99_999_990,
        _ => 99_999_999,
    };
    if wire >= own {
        let unit = power(wire - own);
        Some((least / unit + i64::from(least % unit != 0), most / unit))
    } else {
        let unit = power(own - wire);
        Some((least.checked_mul(unit)?, most.checked_mul(unit)?))
    }
}

const fn power(decimals: u8) -> i64 {
    match decimals {
        0 => 1,
        1 => 10,
        2 => 100,
        _ => 1_000,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, code.parse().unwrap())
    }

    #[test]
    fn the_unit_is_stripes_own() {
        for (minor, code, wire) in [
            (15_000, "IDR", 1_500_000),
            (15_000, "USD", 15_000),
            (500, "JPY", 500),
            (500, "ISK", 50_000),
            (5_120, "KWD", 5_120),
            (1_000, "MGA", 10),
        ] {
            assert_eq!(to_wire(money(minor, code)), Some(wire), "{code}");
            assert_eq!(from_wire(wire, code.parse().unwrap()), Some(money(minor, code)), "{code}");
        }
    }

    #[test]
    fn what_stripe_cannot_say_is_not_said() {
        for (minor, code) in [(5_125, "KWD"), (150, "MGA"), (i64::MAX, "IDR"), (1_000, "UGX"), (1_000, "IRR")] {
            assert_eq!(to_wire(money(minor, code)), None, "{code}");
        }
        assert_eq!(from_wire(1_500_050, Currency::IDR), None);
    }

    #[test]
    fn the_bounds_are_amounts_that_can_be_said() {
        for currency in currencies() {
            let (least, most) = bounds(currency).unwrap();
            assert!(0 < least && least < most, "{currency}");
            for bound in [least, most] {
                assert!(to_wire(Money::new(bound, currency)).is_some(), "{currency} {bound}");
            }
        }
        assert_eq!(bounds(Currency::USD), Some((50, 99_999_999)));
        assert_eq!(bounds(Currency::IDR), Some((1, 9_999_999_999)));
        assert_eq!(currencies().count(), DECIMALS.iter().map(|(_, codes)| codes.split(' ').count()).sum::<usize>());
    }

    proptest! {
        #[test]
        fn what_can_be_said_comes_back(minor in 0_i64..9_999_999_999, pick in 0_usize..200) {
            let all: Vec<Currency> = currencies().collect();
            let currency = all[pick % all.len()];
            if let Some(wire) = to_wire(Money::new(minor, currency)) {
                prop_assert_eq!(from_wire(wire, currency), Some(Money::new(minor, currency)));
            }
            // Rupiah are whole in our books, and a hundredfold at Stripe.
            prop_assert_eq!(to_wire(Money::new(minor, Currency::IDR)), Some(minor * 100));
        }
    }
}
