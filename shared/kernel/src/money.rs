//! Money as an integer of minor units in one currency: no floats, no silent overflow, one rounding rule.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Currency;

/// An amount in minor units (cents for USD, whole rupiah for IDR). Wire form `{"amount":2999,"currency":"USD"}`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Debug)]
#[serde(deny_unknown_fields)]
#[schema(
    description = "An amount of money, as a whole number of its currency's smallest units",
    example = json!({ "amount": 581_640, "currency": "IDR" })
)]
pub struct Money {
    /// In minor units: whole rupiah for IDR, cents for USD.
    #[serde(rename = "amount")]
    minor: i64,
    currency: Currency,
}

/// Why amounts could not be combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Amounts of two currencies were combined.
    #[error("amounts in {left} and {right} cannot be combined")]
    CurrencyMismatch {
        /// The currency of the left operand.
        left: Currency,
        /// The currency of the right operand.
        right: Currency,
    },
    /// The result does not fit into 64 bits.
    #[error("the amount is too large")]
    Overflow,
    /// A ratio with a denominator of zero, or weights that sum to zero.
    #[error("cannot divide by zero")]
    DivisionByZero,
}

/// A rate in basis points: 1,100 is 11 %.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
pub struct Rate(u32);

impl Rate {
    /// No tax, no discount.
    pub const ZERO: Self = Self(0);

    /// A rate of this many hundredths of a percent.
    pub const fn basis_points(basis_points: u32) -> Self {
        Self(basis_points)
    }

    /// Hundredths of a percent.
    pub const fn as_basis_points(self) -> u32 {
        self.0
    }
}

impl Money {
    /// `minor` minor units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether this is exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether this is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum.
    ///
    /// # Errors
    /// `CurrencyMismatch`, `Overflow`.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// `CurrencyMismatch`, `Overflow`.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_sub(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// The same amount with the other sign.
    ///
    /// # Errors
    /// `Overflow` for the smallest 64-bit integer.
    pub fn negated(self) -> Result<Self, MoneyError> {
        self.minor.checked_neg().map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// The sum of amounts in `currency`; nothing for no amounts.
    ///
    /// # Errors
    /// As [`Money::checked_add`].
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// `self × numerator ÷ denominator`, rounded half away from zero to a whole minor unit.
    ///
    /// # Errors
    /// `DivisionByZero`, `Overflow`.
    pub fn times_ratio_half_away_from_zero(self, numerator: i64, denominator: i64) -> Result<Self, MoneyError> {
        let product = i128::from(self.minor) * i128::from(numerator);
        let minor = divide_half_away_from_zero(product, i128::from(denominator))?;
        i64::try_from(minor).map(|minor| Self { minor, ..self }).map_err(|_| MoneyError::Overflow)
    }

    /// The part of this amount at `rate`, rounded half away from zero.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn at_rate_half_away_from_zero(self, rate: Rate) -> Result<Self, MoneyError> {
        self.times_ratio_half_away_from_zero(i64::from(rate.0), 10_000)
    }

    /// Splits the amount in proportion to `weights` so that the parts sum to it exactly: every part is rounded
    /// towards zero, then the left-over units go to the largest remainders, ties to the earlier part.
    ///
    /// # Errors
    /// `DivisionByZero` when the weights sum to zero.
    pub fn allocate(self, weights: &[u64]) -> Result<Vec<Self>, MoneyError> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            return Err(MoneyError::DivisionByZero);
        }
        let amount = i128::from(self.minor.unsigned_abs());
        let shares = weights.iter().map(|weight| amount * i128::from(*weight));
        let mut parts: Vec<(usize, i128, i128)> =
            shares.enumerate().map(|(index, share)| (index, share / total, share % total)).collect();
        let mut left = amount - parts.iter().map(|(_, floor, _)| floor).sum::<i128>();
        parts.sort_by_key(|(index, _, remainder)| (std::cmp::Reverse(*remainder), *index));
        for (_, floor, _) in &mut parts {
            if left > 0 {
                *floor += 1;
                left -= 1;
            }
        }
        parts.sort_by_key(|(index, _, _)| *index);
        let sign = i128::from(self.minor.signum());
        parts
            .into_iter()
            .map(|(_, part, _)| i64::try_from(part * sign).map(|minor| Self { minor, ..self }))
            .collect::<Result<_, _>>()
            .map_err(|_| MoneyError::Overflow)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
        }
    }
}

fn divide_half_away_from_zero(numerator: i128, denominator: i128) -> Result<i128, MoneyError> {
    if denominator == 0 {
        return Err(MoneyError::DivisionByZero);
    }
    let quotient = numerator / denominator;
    let remainder = numerator % denominator;
    // |remainder| ≥ |denominator| / 2, written without halving so that odd denominators are exact.
    if remainder.unsigned_abs() >= denominator.unsigned_abs() - remainder.unsigned_abs() {
        Ok(quotient + numerator.signum() * denominator.signum())
    } else {
        Ok(quotient)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jpy(minor: i64) -> Money {
        Money::new(minor, Currency::JPY)
    }

    #[test]
    fn half_goes_away_from_zero_on_both_sides() {
        // X20 of docs/rules/billing.md.
        assert_eq!(jpy(201).times_ratio_half_away_from_zero(1, 2), Ok(jpy(101)));
        assert_eq!(jpy(-201).times_ratio_half_away_from_zero(1, 2), Ok(jpy(-101)));
        assert_eq!(jpy(17).times_ratio_half_away_from_zero(1, 2), Ok(jpy(9)));
        assert_eq!(jpy(10).times_ratio_half_away_from_zero(1, 3), Ok(jpy(3)));
        assert_eq!(jpy(10).times_ratio_half_away_from_zero(-1, 3), Ok(jpy(-3)));
        assert_eq!(jpy(10).times_ratio_half_away_from_zero(1, 0), Err(MoneyError::DivisionByZero));
        assert_eq!(jpy(i64::MAX).times_ratio_half_away_from_zero(2, 1), Err(MoneyError::Overflow));
    }

    #[test]
    fn allocation_gives_the_rest_to_the_largest_remainders() {
        // X1 of docs/rules/billing.md.
        let parts = |minor: i64, weights: &[u64]| -> Vec<i64> {
            jpy(minor).allocate(weights).unwrap().into_iter().map(Money::minor).collect()
        };
        assert_eq!(parts(5, &[1, 1, 1]), [2, 2, 1]);
        assert_eq!(parts(10_000, &[1, 2, 3]), [1667, 3333, 5000]);
        assert_eq!(parts(6, &[10, 5]), [4, 2]);
        assert_eq!(parts(1, &[100, 1]), [1, 0]);
        assert_eq!(parts(-5, &[1, 1, 1]), [-2, -2, -1]);
        assert_eq!(jpy(5).allocate(&[]), Err(MoneyError::DivisionByZero));
        assert_eq!(jpy(5).allocate(&[0, 0]), Err(MoneyError::DivisionByZero));
    }

    #[test]
    fn currencies_do_not_mix_and_sums_do_not_wrap() {
        let usd = Money::new(1, Currency::USD);
        assert!(matches!(usd.checked_add(jpy(1)), Err(MoneyError::CurrencyMismatch { .. })));
        assert_eq!(jpy(i64::MAX).checked_add(jpy(1)), Err(MoneyError::Overflow));
        assert_eq!(jpy(i64::MIN).negated(), Err(MoneyError::Overflow));
    }

    #[test]
    fn the_wire_form_takes_integers_only() {
        assert_eq!(
            serde_json::to_string(&Money::new(2999, Currency::USD)).unwrap(),
            r#"{"amount":2999,"currency":"USD"}"#
        );
        for bad in [
            r#"{"amount":1.5,"currency":"USD"}"#,
            r#"{"amount":"1","currency":"USD"}"#,
            r#"{"amount":1e30,"currency":"USD"}"#,
            r#"{"amount":1,"currency":"usd"}"#,
            r#"{"amount":1,"currency":"USD","x":1}"#,
        ] {
            assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole_and_stay_within_a_unit(
            minor in -1_000_000_000_000_i64..1_000_000_000_000,
            weights in prop::collection::vec(0_u64..1_000_000, 1..20),
        ) {
            prop_assume!(weights.iter().sum::<u64>() > 0);
            let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
            let parts = jpy(minor).allocate(&weights).unwrap();
            prop_assert_eq!(parts.iter().map(|p| p.minor()).sum::<i64>(), minor);
            for (part, weight) in parts.iter().zip(&weights) {
                let off = i128::from(part.minor()) * total - i128::from(minor) * i128::from(*weight);
                prop_assert!(off.abs() < total);
            }
        }

        #[test]
        fn a_rounded_ratio_is_off_by_half_a_unit_at_most(
            minor in -1_000_000_000_i64..1_000_000_000, numerator in -10_000_i64..10_000, denominator in 1_i64..10_000,
        ) {
            let got = jpy(minor).times_ratio_half_away_from_zero(numerator, denominator).unwrap().minor();
            let off = i128::from(got) * i128::from(denominator) - i128::from(minor) * i128::from(numerator);
            prop_assert!(off.abs() * 2 <= i128::from(denominator));
        }
    }
}
