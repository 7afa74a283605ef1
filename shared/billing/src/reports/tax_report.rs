//! The taxes of a range: by invoice and rate, less what was taken back, and in sum. What the journal moved says how much of an
//! invoice's taxes it was, or the credit note that it names does, so that the sums are what the account of taxes moved, to the
//! unit.

use std::collections::BTreeMap;

use kernel::{Currency, Date, InvoiceId, Money, MoneyError, Rate};

use crate::{CreditNote, Invoice, InvoiceNumber, TaxCategory, TaxTotal};

/// Why a tax became due, or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxOccasion {
    /// An invoice was issued.
    Issued,
    /// An invoice was taken back.
    Voided,
    /// A part of an invoice was taken back.
    Credited,
}

/// What an entry of the journal moved of an invoice: more is above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxMovement {
    /// On which day.
    pub day: Date,
    /// Why.
    pub occasion: TaxOccasion,
    /// How much of what is earned or to be earned, without tax.
    pub net: Money,
    /// How much of its taxes.
    pub tax: Money,
}

/// Which taxes are summed up: those of one code, category, rate and currency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaxKind {
    /// The short name, such as `PPN`.
    pub code: String,
    /// What its rate is for.
    pub category: TaxCategory,
    /// What part of the price it is, in basis points.
    pub rate_basis_points: u32,
    /// The rate in the law, where it is of a part of the price.
    pub statutory_basis_points: Option<u32>,
    /// The currency.
    pub currency: Currency,
}

/// How much of a tax, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxSums {
    /// The price that it is on, without it.
    pub base: Money,
    /// The part of the price that the law applies its rate to (DPP), where it does.
    pub statutory_base: Option<Money>,
    /// The tax.
    pub tax: Money,
}

/// One tax of one invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRow {
    /// On which day.
    pub day: Date,
    /// Why.
    pub occasion: TaxOccasion,
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// Its number.
    pub number: Option<InvoiceNumber>,
    /// Which tax.
    pub kind: TaxKind,
    /// How much.
    pub sums: TaxSums,
}

impl TaxKind {
    fn of(total: &TaxTotal) -> Self {
        let points = Rate::as_basis_points;
        Self {
            code: total.code.clone(),
            category: total.category,
            rate_basis_points: points(total.rate),
            statutory_basis_points: total.statutory.map(|statutory| points(statutory.rate)),
            currency: total.tax.currency(),
        }
    }
}

impl CreditNote {
    /// What it took back of each tax of its invoice, as it was printed.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn taxes_moved(&self, day: Date) -> Result<Vec<TaxRow>, MoneyError> {
        let row = |total: &TaxTotal| {
            let statutory_base = total.statutory.map(|statutory| statutory.base.negated()).transpose()?;
            let sums = TaxSums { base: total.taxable.negated()?, statutory_base, tax: total.tax.negated()? };
            Ok(TaxRow {
                day,
                occasion: TaxOccasion::Credited,
                invoice: self.invoice,
                number: Some(self.invoice_number),
                kind: TaxKind::of(total),
                sums,
            })
        };
        self.taxes.iter().map(row).collect()
    }
}

impl Invoice {
    /// What a movement was of each of its taxes. What takes back a part is shared among them in proportion, and the bases
    /// follow the taxes; of taxes of nothing they follow the price.
    ///
    /// # Errors
    /// `Overflow`, `CurrencyMismatch`.
    pub fn taxes_moved(&self, movement: TaxMovement) -> Result<Vec<TaxRow>, MoneyError> {
        let parts = self.shares_of(movement.tax)?;
        let split = self.split()?;
        let whole_net = split.earned.checked_add(split.deferred)?;
        let mut rows = Vec::with_capacity(parts.len());
        for (total, tax) in self.taxes.iter().zip(parts) {
            let (numerator, denominator) =
                if total.tax.is_zero() { (movement.net, whole_net) } else { (tax, total.tax) };
            let part_of = |base: Money| {
                if denominator.is_zero() {
                    return Ok(Money::zero(base.currency()));
                }
                base.times_ratio_half_away_from_zero(numerator.minor(), denominator.minor())
            };
            let statutory_base = total.statutory.map(|statutory| part_of(statutory.base)).transpose()?;
            rows.push(TaxRow {
                day: movement.day,
                occasion: movement.occasion,
                invoice: self.id,
                number: self.issued.as_ref().map(|issued| issued.number),
                kind: TaxKind::of(total),
                sums: TaxSums { base: part_of(total.taxable)?, statutory_base, tax },
            });
        }
        Ok(rows)
    }

    /// How much of `tax` is of each of its taxes: together all of it. All of what the invoice asks for, and all of it taken
    /// back, is divided as the invoice says.
    fn shares_of(&self, tax: Money) -> Result<Vec<Money>, MoneyError> {
        let (own, all) = (self.taxes.iter().map(|total| total.tax), self.tax()?);
        if tax == all {
            return Ok(own.collect());
        }
        if tax == all.negated()? {
            return own.map(Money::negated).collect();
        }
        let weights: Vec<u64> = own.map(|tax| tax.minor().unsigned_abs()).collect();
        if weights.iter().all(|weight| *weight == 0) {
            return Ok(vec![Money::zero(tax.currency()); weights.len()]);
        }
        tax.allocate(&weights)
    }
}

/// The sums of rows, by code, category, rate and currency.
///
/// # Errors
/// `Overflow`.
pub fn tax_sums(rows: &[TaxRow]) -> Result<BTreeMap<TaxKind, TaxSums>, MoneyError> {
    let mut all: BTreeMap<TaxKind, TaxSums> = BTreeMap::new();
    for TaxRow { kind, sums, .. } in rows {
        let nothing = Money::zero(kind.currency);
        let statutory_base = kind.statutory_basis_points.map(|_| nothing);
        let total = all.entry(kind.clone()).or_insert(TaxSums { base: nothing, statutory_base, tax: nothing });
        total.base = total.base.checked_add(sums.base)?;
        total.tax = total.tax.checked_add(sums.tax)?;
        if let (Some(total), Some(base)) = (&mut total.statutory_base, sums.statutory_base) {
            *total = total.checked_add(base)?;
        }
    }
    Ok(all)
}

#[cfg(test)]
#[path = "tax_report_tests.rs"]
mod tests;
