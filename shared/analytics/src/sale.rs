//! What one order adds to the days: a function of what is known of it.

use std::collections::BTreeMap;

use kernel::{Currency, CustomerId, Date, OrderId, ProductId, Timestamp, Zone};

use crate::{ProductFigures, SalesFigures};

/// A line of an order. Amounts are in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldLine {
    /// Of which product.
    pub product: ProductId,
    /// What that was called.
    pub title: String,
    /// How many pieces.
    pub quantity: u32,
    /// What they cost before the discount, as prices are stated.
    pub gross: i64,
    /// What was taken off.
    pub discount: i64,
    /// What they brought without any tax.
    pub net: i64,
}

/// What a credit note took back. Amounts are in minor units and without tax, but for the tax itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenFromSale {
    /// When.
    pub at: Timestamp,
    /// How much in all.
    pub net: i64,
    /// Its tax.
    pub tax: i64,
    /// How much of which lines of the order, from 0.
    pub lines: Vec<(usize, i64)>,
}

/// Pieces that were not bought after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnedPieces {
    /// When.
    pub at: Timestamp,
    /// Of which line of the order, from 0.
    pub line: usize,
    /// How many.
    pub quantity: u32,
}

/// All that is known of an order. Amounts are in minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleFacts {
    /// Which order.
    pub order: OrderId,
    /// Who bought.
    pub customer: CustomerId,
    /// In which currency.
    pub currency: Currency,
    /// When its invoice was issued.
    pub placed_at: Timestamp,
    /// When it was paid, or found to cost nothing.
    pub confirmed_at: Option<Timestamp>,
    /// When its invoice was taken back whole, since nobody paid it.
    pub voided_at: Option<Timestamp>,
    /// What was bought.
    pub lines: Vec<SoldLine>,
    /// What was taken off, of lines and shipping.
    pub discounts: i64,
    /// What the shipping cost before its discount.
    pub shipping: i64,
    /// The tax that its prices hold.
    pub included_tax: i64,
    /// What it brought without any tax.
    pub net: i64,
    /// All of its tax.
    pub tax: i64,
    /// What credit notes took back.
    pub taken_back: Vec<TakenFromSale>,
    /// Pieces that were called off or came back.
    pub returned: Vec<ReturnedPieces>,
    /// Money that was used for it, and what of that was let go; by instant.
    pub paid: Vec<(Timestamp, i64)>,
    /// Money that went back to its payers, and what of that came back; by instant.
    pub refunded: Vec<(Timestamp, i64)>,
}

/// What an order adds to the days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaleDays {
    /// To the sales of its currency.
    pub days: BTreeMap<Date, SalesFigures>,
    /// To its products.
    pub products: BTreeMap<(ProductId, Date), ProductFigures>,
    /// On which day its buyer bought; none while it is not paid.
    pub bought_on: Option<Date>,
}

impl SaleFacts {
    /// What it adds to the days of a zone; `None` when an amount is no 64-bit integer.
    pub fn days(&self, zone: &Zone) -> Option<SaleDays> {
        let mut sums = SaleDays::default();
        let placed = self.placed_at.date_in(zone);
        sums.add(placed, self.placed()?)?;
        for (line, orders) in self.lines.iter().zip(self.firsts()) {
            let units = i64::from(line.quantity);
            let SoldLine { product, gross, discount: discounts, net, .. } = *line;
            let figures = ProductFigures { orders, units, gross, discounts, net, ..ProductFigures::default() };
            sums.add_product((product, placed), figures)?;
        }
        if let Some(at) = self.confirmed_at {
            let day = at.date_in(zone);
            sums.add(day, SalesFigures { paid_orders: 1, ..SalesFigures::default() })?;
            sums.bought_on = Some(day);
        }
        if let Some(at) = self.voided_at {
            self.void(at.date_in(zone), &mut sums)?;
        }
        for taken in &self.taken_back {
            let day = taken.at.date_in(zone);
            let (net, tax) = (taken.net.checked_neg()?, taken.tax.checked_neg()?);
            sums.add(day, SalesFigures { credited: taken.net, net, tax, ..SalesFigures::default() })?;
            for (line, net) in taken.lines.iter().filter_map(|(at, net)| Some((self.lines.get(*at)?, *net))) {
                let figures = ProductFigures { net: net.checked_neg()?, ..ProductFigures::default() };
                sums.add_product((line.product, day), figures)?;
            }
        }
        for pieces in &self.returned {
            let (day, units_back) = (pieces.at.date_in(zone), i64::from(pieces.quantity));
            sums.add(day, SalesFigures { units_back, ..SalesFigures::default() })?;
            if let Some(line) = self.lines.get(pieces.line) {
                sums.add_product((line.product, day), ProductFigures { units_back, ..ProductFigures::default() })?;
            }
        }
        for (at, paid) in &self.paid {
            sums.add(at.date_in(zone), SalesFigures { paid: *paid, ..SalesFigures::default() })?;
        }
        for (at, refunded) in &self.refunded {
            sums.add(at.date_in(zone), SalesFigures { refunded: *refunded, ..SalesFigures::default() })?;
        }
        sums.days.retain(|_, figures| !figures.is_nothing());
        sums.products.retain(|_, figures| !figures.is_nothing());
        Some(sums)
    }

    fn placed(&self) -> Option<SalesFigures> {
        let gross = self.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.gross))?;
        Some(SalesFigures {
            orders: 1,
            units: self.units(),
            gross,
            discounts: self.discounts,
            shipping: self.shipping,
            included_tax: self.included_tax,
            net: self.net,
            tax: self.tax,
            ..SalesFigures::default()
        })
    }

    /// It ended without being paid: all of it is taken back, on this day.
    fn void(&self, day: Date, sums: &mut SaleDays) -> Option<()> {
        let (net, tax) = (self.net.checked_neg()?, self.tax.checked_neg()?);
        let (voided, units_back) = (self.net, self.units());
        sums.add(day, SalesFigures { voided_orders: 1, units_back, voided, net, tax, ..SalesFigures::default() })?;
        for (line, orders) in self.lines.iter().zip(self.firsts()) {
            let (units_back, net) = (i64::from(line.quantity), line.net.checked_neg()?);
            let figures = ProductFigures { orders: -orders, units_back, net, ..ProductFigures::default() };
            sums.add_product((line.product, day), figures)?;
        }
        Some(())
    }

    fn units(&self) -> i64 {
        self.lines.iter().map(|line| i64::from(line.quantity)).sum()
    }

    /// For each line 1 where it is the first of its product, else 0: an order has a product once, in however many lines.
    fn firsts(&self) -> Vec<i64> {
        let is_first = |at: usize, line: &SoldLine| self.lines.iter().take(at).all(|one| one.product != line.product);
        self.lines.iter().enumerate().map(|(at, line)| i64::from(is_first(at, line))).collect()
    }
}

impl SaleDays {
    fn add(&mut self, day: Date, figures: SalesFigures) -> Option<()> {
        let sum = self.days.entry(day).or_default();
        *sum = sum.plus(figures)?;
        Some(())
    }

    fn add_product(&mut self, place: (ProductId, Date), figures: ProductFigures) -> Option<()> {
        let sum = self.products.entry(place).or_default();
        *sum = sum.plus(figures)?;
        Some(())
    }
}

#[cfg(test)]
#[path = "sale_tests.rs"]
pub(crate) mod tests;
