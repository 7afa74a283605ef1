//! The products that sold best.

use std::collections::BTreeMap;

use kernel::{Currency, ProductId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Overflow, ProductFigures, ProductRow};

/// By what products are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "By what products are ordered, the most first")]
pub enum ProductRank {
    /// By what they brought without tax, less what was taken back.
    #[default]
    Net,
    /// By pieces, less those that were not bought after all.
    Units,
}

/// What a product came to in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductSum {
    /// Which product.
    pub product: ProductId,
    /// What it was called last.
    pub title: String,
    /// In which currency.
    pub currency: Currency,
    /// How much.
    pub figures: ProductFigures,
}

/// The first `most` products of each currency, by rank; of equal ones the older product is first.
///
/// # Errors
/// `Overflow` when a sum is no 64-bit integer.
pub fn top_products(rows: Vec<ProductRow>, rank: ProductRank, most: usize) -> Result<Vec<ProductSum>, Overflow> {
    let mut sums: BTreeMap<(Currency, ProductId), (kernel::Date, ProductSum)> = BTreeMap::new();
    for ProductRow { day, currency, product, title, figures } in rows {
        let nothing =
            || (day, ProductSum { product, title: title.clone(), currency, figures: ProductFigures::default() });
        let (newest, sum) = sums.entry((currency, product)).or_insert_with(nothing);
        sum.figures = sum.figures.plus(figures).ok_or(Overflow)?;
        if day > *newest {
            (*newest, sum.title) = (day, title);
        }
    }
    let mut by_currency: BTreeMap<Currency, Vec<ProductSum>> = BTreeMap::new();
    for (_, sum) in sums.into_values().filter(|(_, sum)| !sum.figures.is_nothing()) {
        by_currency.entry(sum.currency).or_default().push(sum);
    }
    let mut found = Vec::new();
    for (_, mut products) in by_currency {
        products.sort_by_key(|sum| {
            let ProductFigures { net, units, units_back, .. } = sum.figures;
            let worth = match rank {
                ProductRank::Net => i128::from(net),
                ProductRank::Units => i128::from(units) - i128::from(units_back),
            };
            (-worth, sum.product)
        });
        products.truncate(most);
        found.extend(products);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first_in_each_currency() {
        let product = |last: char| -> ProductId { format!("prd_01JD2Z3M4N5P6Q7R8S9T0V1W2{last}").parse().unwrap() };
        let row = |day: &str, last: char, (units, units_back, net): (i64, i64, i64)| ProductRow {
            day: day.parse().unwrap(),
            currency: Currency::IDR,
            product: product(last),
            title: format!("{last} on {day}"),
            figures: ProductFigures { units, units_back, net, ..ProductFigures::default() },
        };
        let rows = vec![
            row("2026-12-02", 'A', (5, 0, 50)),
            row("2026-12-01", 'A', (0, 4, -45)),
            row("2026-12-01", 'B', (2, 0, 20)),
            row("2026-12-01", 'C', (2, 0, 20)),
            row("2026-12-01", 'D', (1, 0, 9)),
            row("2026-12-02", 'D', (-1, 0, -9)),
            ProductRow { currency: Currency::USD, ..row("2026-12-01", 'A', (9, 0, 1)) },
        ];
        let top = |rank, most| {
            let top = top_products(rows.clone(), rank, most).unwrap();
            top.into_iter().map(|sum| (sum.currency, sum.title, sum.figures.net)).collect::<Vec<_>>()
        };
        let (idr, usd) = (Currency::IDR, Currency::USD);
        let named = |currency, title: &str, net| (currency, title.to_owned(), net);
        let expected =
            [named(idr, "B on 2026-12-01", 20), named(idr, "C on 2026-12-01", 20), named(usd, "A on 2026-12-01", 1)];
        assert_eq!(top(ProductRank::Net, 2), expected);
        assert_eq!(top(ProductRank::Units, 3)[2], named(idr, "A on 2026-12-02", 5), "what nets to nothing is left out");
    }
}
