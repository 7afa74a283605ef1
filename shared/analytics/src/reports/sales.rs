//! Sales by parts of a range, in each currency.

use std::collections::BTreeMap;

use kernel::Currency;

use crate::{DayRange, Overflow, SalesDay, SalesFigures, SalesInterval};

/// The sales of a part of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SalesBucket {
    /// Its days.
    pub days: DayRange,
    /// What they add up to.
    pub figures: SalesFigures,
}

/// The sales of a range in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencySales {
    /// Which currency.
    pub currency: Currency,
    /// What all days add up to.
    pub total: SalesFigures,
    /// Each part of the range, oldest first.
    pub buckets: Vec<SalesBucket>,
}

/// What days add up to, by currency, in parts: those on which nothing was sold too. Rows of other days are left out.
///
/// # Errors
/// `Overflow` when a sum is no 64-bit integer.
pub fn sales_report(
    rows: &[SalesDay],
    range: DayRange,
    interval: SalesInterval,
) -> Result<Vec<CurrencySales>, Overflow> {
    let parts = range.parts(interval);
    let mut currencies: BTreeMap<Currency, CurrencySales> = BTreeMap::new();
    for row in rows.iter().filter(|row| range.contains(row.day)) {
        let sales = currencies.entry(row.currency).or_insert_with(|| CurrencySales {
            currency: row.currency,
            total: SalesFigures::default(),
            buckets: parts.iter().map(|days| SalesBucket { days: *days, figures: SalesFigures::default() }).collect(),
        });
        sales.total = sales.total.plus(row.figures).ok_or(Overflow)?;
        let at = sales.buckets.partition_point(|bucket| bucket.days.to() < row.day);
        if let Some(bucket) = sales.buckets.get_mut(at) {
            bucket.figures = bucket.figures.plus(row.figures).ok_or(Overflow)?;
        }
    }
    Ok(currencies.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_total_and_empty_ones_are_shown() {
        let row = |day: &str, currency: &str, net| SalesDay {
            day: day.parse().unwrap(),
            currency: currency.parse().unwrap(),
            figures: SalesFigures { net, orders: 1, ..SalesFigures::default() },
        };
        let rows = [
            row("2026-11-30", "IDR", 1),
            row("2026-12-01", "IDR", 10),
            row("2026-12-06", "IDR", 20),
            row("2026-12-06", "USD", 5),
            row("2026-12-14", "IDR", -40),
        ];
        let range = DayRange::new("2026-12-01".parse().unwrap(), "2026-12-20".parse().unwrap()).unwrap();
        let report = sales_report(&rows, range, SalesInterval::Week).unwrap();
        let nets = |at: usize| report[at].buckets.iter().map(|bucket| bucket.figures.net).collect::<Vec<_>>();
        assert_eq!((report[0].currency, report[0].total.net, nets(0)), (Currency::IDR, -10, vec![30, 0, -40]));
        assert_eq!((report[1].currency, report[1].total.orders, nets(1)), (Currency::USD, 1, vec![5, 0, 0]));
        assert_eq!(sales_report(&[], range, SalesInterval::Day), Ok(Vec::new()));
        let most = [row("2026-12-01", "IDR", i64::MAX), row("2026-12-02", "IDR", 1)];
        assert_eq!(sales_report(&most, range, SalesInterval::Day), Err(Overflow));
    }
}
