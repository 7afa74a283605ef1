//! What adds up over days: of all sales in a currency, and of one product. Amounts are in minor units of the currency.

use serde::{Deserialize, Serialize};

/// What the orders of a day, in one currency, add up to. Every number is a difference that adds up over days.
///
/// `net = gross − discounts + shipping − includedTax − voided − credited`, and `net` and `tax` are what the journal's accounts of
/// revenue and of taxes moved by the invoices of orders on that day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SalesFigures {
    /// Orders that were placed.
    pub orders: i64,
    /// Orders that were paid, or cost nothing.
    pub paid_orders: i64,
    /// Orders that ended without being paid.
    pub voided_orders: i64,
    /// Pieces that were ordered.
    pub units: i64,
    /// Pieces that were not bought after all: of orders that ended unpaid, called off, or sent back.
    pub units_back: i64,
    /// What the lines cost before discounts, as prices are stated.
    pub gross: i64,
    /// What was taken off, of lines and shipping.
    pub discounts: i64,
    /// What the shipping cost before its discount, as prices are stated.
    pub shipping: i64,
    /// The tax that the prices hold.
    pub included_tax: i64,
    /// What orders that ended unpaid had come to, without tax.
    pub voided: i64,
    /// What credit notes took back, without tax.
    pub credited: i64,
    /// What was earned, without tax, less what was taken back.
    pub net: i64,
    /// The tax on it, less what was taken back.
    pub tax: i64,
    /// Money that was used for the invoices of orders.
    pub paid: i64,
    /// Money of such payments that went back to its payers, less what came back.
    pub refunded: i64,
}

/// What the orders of a day add up to for one product, in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProductFigures {
    /// Orders that have it, less those that ended unpaid.
    pub orders: i64,
    /// Pieces that were ordered.
    pub units: i64,
    /// Pieces that were not bought after all.
    pub units_back: i64,
    /// What they cost before discounts, as prices are stated.
    pub gross: i64,
    /// What was taken off.
    pub discounts: i64,
    /// What was earned, without tax, less what was taken back.
    pub net: i64,
}

impl SalesFigures {
    /// The sum, field by field; `None` when one is no 64-bit integer.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.with(other, i64::checked_add)
    }

    /// The difference, field by field; `None` when one is no 64-bit integer.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.with(other, i64::checked_sub)
    }

    fn with(self, other: Self, each: fn(i64, i64) -> Option<i64>) -> Option<Self> {
        Some(Self {
            orders: each(self.orders, other.orders)?,
            paid_orders: each(self.paid_orders, other.paid_orders)?,
            voided_orders: each(self.voided_orders, other.voided_orders)?,
            units: each(self.units, other.units)?,
            units_back: each(self.units_back, other.units_back)?,
            gross: each(self.gross, other.gross)?,
            discounts: each(self.discounts, other.discounts)?,
            shipping: each(self.shipping, other.shipping)?,
            included_tax: each(self.included_tax, other.included_tax)?,
            voided: each(self.voided, other.voided)?,
            credited: each(self.credited, other.credited)?,
            net: each(self.net, other.net)?,
            tax: each(self.tax, other.tax)?,
            paid: each(self.paid, other.paid)?,
            refunded: each(self.refunded, other.refunded)?,
        })
    }

    /// Whether nothing moved.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What an order came to on average before taxes on top and shipping: gross less discounts for each order that was placed,
    /// half a unit rounded away from zero; nothing without orders.
    pub fn average_order(&self) -> i64 {
        let (all, orders) = (i128::from(self.gross) - i128::from(self.discounts), i128::from(self.orders));
        if orders < 1 {
            return 0;
        }
        let rounded = (2 * all.abs() + orders) / (2 * orders) * all.signum();
        i64::try_from(rounded).unwrap_or_default()
    }

    /// Each number by the name that its row has for it.
    pub(crate) const fn named(self) -> [(&'static str, i64); 15] {
        [
            ("orders", self.orders),
            ("paidOrders", self.paid_orders),
            ("voidedOrders", self.voided_orders),
            ("units", self.units),
            ("unitsBack", self.units_back),
            ("gross", self.gross),
            ("discounts", self.discounts),
            ("shipping", self.shipping),
            ("includedTax", self.included_tax),
            ("voided", self.voided),
            ("credited", self.credited),
            ("net", self.net),
            ("tax", self.tax),
            ("paid", self.paid),
            ("refunded", self.refunded),
        ]
    }
}

impl ProductFigures {
    /// The sum, field by field; `None` when one is no 64-bit integer.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.with(other, i64::checked_add)
    }

    /// The difference, field by field; `None` when one is no 64-bit integer.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.with(other, i64::checked_sub)
    }

    fn with(self, other: Self, each: fn(i64, i64) -> Option<i64>) -> Option<Self> {
        Some(Self {
            orders: each(self.orders, other.orders)?,
            units: each(self.units, other.units)?,
            units_back: each(self.units_back, other.units_back)?,
            gross: each(self.gross, other.gross)?,
            discounts: each(self.discounts, other.discounts)?,
            net: each(self.net, other.net)?,
        })
    }

    /// Whether nothing moved.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Each number by the name that its row has for it.
    pub(crate) const fn named(self) -> [(&'static str, i64); 6] {
        [
            ("orders", self.orders),
            ("units", self.units),
            ("unitsBack", self.units_back),
            ("gross", self.gross),
            ("discounts", self.discounts),
            ("net", self.net),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_row() {
        let figures = SalesFigures { refunded: 7, ..SalesFigures::default() };
        let row = serde_json::to_value(figures).unwrap();
        assert_eq!(row.as_object().unwrap().len(), figures.named().len());
        assert!(figures.named().iter().all(|(name, value)| row[name] == *value));
        let of_product = ProductFigures { net: 7, ..ProductFigures::default() };
        let row = serde_json::to_value(of_product).unwrap();
        assert_eq!(row.as_object().unwrap().len(), of_product.named().len());
        assert!(of_product.named().iter().all(|(name, value)| row[name] == *value));
    }

    #[test]
    fn an_average_is_rounded_half_away_from_zero() {
        let of = |gross, orders| SalesFigures { orders, gross, ..SalesFigures::default() }.average_order();
        assert_eq!((of(0, 0), of(5, 0), of(5, 2), of(4, 3), of(-5, 2)), (0, 0, 3, 1, -3));
        assert_eq!(of(i64::MAX, 1), i64::MAX);
    }
}
