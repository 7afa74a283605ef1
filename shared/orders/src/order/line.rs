//! A line of an order: what was bought, and what each piece of it cost.

use kernel::{Money, MoneyError, ProductId, Sku, VariantId};
use serde::{Deserialize, Serialize};

/// A line, as it was when the order was placed; it never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    /// Of which variant.
    pub variant_id: VariantId,
    /// Of which product.
    pub product_id: ProductId,
    /// What the variant was called.
    pub sku: Sku,
    /// The name of the product.
    pub title: String,
    /// Which choice of the product it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// How many, from 1.
    pub quantity: u32,
    /// What one cost, before its discount: with the taxes that prices hold, without those that come on top.
    pub unit: Money,
    /// What the discounts took off the line.
    pub discount: Money,
    /// The taxes of the line that came on top.
    pub tax_on_top: Money,
}

impl OrderLine {
    /// What it cost before its discount.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn amount(&self) -> Result<Money, MoneyError> {
        self.unit.times_ratio_half_away_from_zero(i64::from(self.quantity), 1)
    }

    /// What was paid for all of it, with taxes.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn paid(&self) -> Result<Money, MoneyError> {
        self.amount()?.checked_sub(self.discount)?.checked_add(self.tax_on_top)
    }

    /// What was paid for `count` pieces behind the first `before` of it: a refund of them is as much, whatever else was given
    /// back. Discount and taxes are split by piece to the unit, the first pieces being the dearer ones; over all pieces
    /// this is [`Self::paid`].
    ///
    /// # Errors
    /// `Overflow`.
    pub fn paid_for(&self, before: u32, count: u32) -> Result<Money, MoneyError> {
        let until = |pieces: u32| -> Result<i64, MoneyError> {
            let pieces = i64::from(pieces.min(self.quantity));
            let (paid, all) = (self.paid()?.minor(), i64::from(self.quantity.max(1)));
            // The first of them have one unit more, as many as are left over.
            let (each, over) = (paid.div_euclid(all), paid.rem_euclid(all));
            each.checked_mul(pieces).and_then(|minor| minor.checked_add(over.min(pieces))).ok_or(MoneyError::Overflow)
        };
        let minor = until(before.saturating_add(count))? - until(before)?;
        Ok(Money::new(minor, self.unit.currency()))
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn line(quantity: u32, unit: i64, discount: i64, tax: i64) -> OrderLine {
        let usd = |minor| Money::new(minor, Currency::USD);
        OrderLine {
            variant_id: "var_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            product_id: "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            sku: "A".parse().unwrap(),
            title: "A".to_owned(),
            options: Vec::new(),
            quantity,
            unit: usd(unit),
            discount: usd(discount),
            tax_on_top: usd(tax),
        }
    }

    fn paid(line: &OrderLine, before: u32, count: u32) -> i64 {
        line.paid_for(before, count).unwrap().minor()
    }

    /// Three at 12.00 with 6.00 off: each was paid with 10.00.
    #[test]
    fn commerce_t11_a_discount_is_frozen_for_each_piece() {
        let line = line(3, 1_200, 600, 0);
        assert_eq!(line.paid().unwrap().minor(), 3_000);
        assert_eq!((paid(&line, 0, 1), paid(&line, 1, 2), paid(&line, 0, 3)), (1_000, 2_000, 3_000));
        assert_eq!((paid(&line, 3, 1), paid(&line, 0, 9), paid(&line, 1, 0)), (0, 3_000, 0));
    }

    #[test]
    fn a_unit_that_cannot_be_split_is_on_the_first_pieces() {
        let line = line(3, 1_000, 0, 1);
        assert_eq!([0, 1, 2].map(|before| paid(&line, before, 1)), [1_001, 1_000, 1_000]);
    }

    proptest! {
        #[test]
        fn pieces_sum_to_the_line(
            quantity in 1_u32..1_000, unit in 0_i64..10_000_000, off in 0_i64..10_000, tax in 0_i64..10_000, cut in 0_u32..1_000,
        ) {
            let discount = off.min(unit * i64::from(quantity));
            let line = line(quantity, unit, discount, tax);
            let cut = cut.min(quantity);
            prop_assert_eq!(paid(&line, 0, cut) + paid(&line, cut, quantity - cut), line.paid().unwrap().minor());
            prop_assert!(paid(&line, 0, 1) >= paid(&line, quantity - 1, 1));
        }
    }
}
