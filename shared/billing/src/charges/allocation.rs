//! Whole minor units that sum to a whole: shares of an amount over lines of either sign.

use kernel::{Money, MoneyError};

/// Shares out `total` where line *i* is exactly `parts[i] ÷ denominator`: each is rounded down, then the units that are
/// missing go to the largest remainders, ties to the earlier line. `total` must be the sum of the exact shares, rounded;
/// then every share is less than one unit from its exact value.
///
/// # Errors
/// `Overflow`, `DivisionByZero`.
pub(crate) fn share_out(total: Money, parts: &[i128], denominator: i128) -> Result<Vec<Money>, MoneyError> {
    if denominator <= 0 {
        return Err(MoneyError::DivisionByZero);
    }
    let mut shares: Vec<(usize, i128, i128)> = parts
        .iter()
        .enumerate()
        .map(|(line, part)| (line, part.div_euclid(denominator), part.rem_euclid(denominator)))
        .collect();
    let mut left = i128::from(total.minor()) - shares.iter().map(|(_, floor, _)| floor).sum::<i128>();
    shares.sort_by_key(|(line, _, remainder)| (std::cmp::Reverse(*remainder), *line));
    for (_, floor, _) in &mut shares {
        if left > 0 {
            *floor += 1;
            left -= 1;
        }
    }
    shares.sort_by_key(|(line, _, _)| *line);
    let money = |minor: i128| i64::try_from(minor).map(|minor| Money::new(minor, total.currency()));
    shares.into_iter().map(|(_, share, _)| money(share).map_err(|_| MoneyError::Overflow)).collect()
}

/// Spreads a discount over the lines that cost something, in proportion to what they cost; never more than they cost.
///
/// # Errors
/// `Overflow`, `CurrencyMismatch`.
pub fn spread_discount(off: Money, lines: &[Money]) -> Result<Vec<Money>, MoneyError> {
    let nothing = Money::zero(off.currency());
    let costs = lines.iter().map(|line| if line.is_negative() { nothing } else { *line });
    let most = Money::sum(off.currency(), costs.clone())?;
    let off = if off.minor() > most.minor() { most } else { off };
    if off.minor() <= 0 {
        return Ok(vec![nothing; lines.len()]);
    }
    off.allocate(&costs.map(|cost| cost.minor().unsigned_abs()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn off(amount: i64, lines: &[i64]) -> Vec<i64> {
        let lines: Vec<Money> = lines.iter().copied().map(usd).collect();
        spread_discount(usd(amount), &lines).unwrap().into_iter().map(Money::minor).collect()
    }

    #[test]
    fn x2_a_discount_is_spread_by_what_the_lines_cost() {
        let lines = [333, 333, 334];
        let left: Vec<i64> = lines.iter().zip(off(100, &lines)).map(|(line, off)| line - off).collect();
        assert_eq!(left, [300, 300, 300]);
    }

    #[test]
    fn x4_a_discount_takes_no_line_below_zero() {
        for amount in [3_000, 4_000] {
            assert_eq!(off(amount, &[1_000, 2_000]), [1_000, 2_000]);
        }
        assert_eq!(off(50, &[-20, 100]), [0, 50]);
        assert_eq!(off(50, &[0, 0]), [0, 0]);
    }

    proptest! {
        #[test]
        fn shares_of_lines_of_either_sign_sum_to_the_whole(
            lines in prop::collection::vec(-1_000_000_i64..1_000_000, 1..20), rate in 0_i64..3_000,
        ) {
            // P6 of docs/rules/billing.md.
            let parts: Vec<i128> = lines.iter().map(|line| i128::from(*line) * i128::from(rate)).collect();
            let total = usd(lines.iter().sum()).times_ratio_half_away_from_zero(rate, 10_000).unwrap();
            let shares = share_out(total, &parts, 10_000).unwrap();
            prop_assert_eq!(shares.iter().map(|share| share.minor()).sum::<i64>(), total.minor());
            for (share, part) in shares.iter().zip(&parts) {
                prop_assert!((i128::from(share.minor()) * 10_000 - part).abs() < 10_000);
            }
        }
    }
}
