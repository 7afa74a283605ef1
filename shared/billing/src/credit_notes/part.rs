//! Parts of an invoice's lines: what can be taken back of each, what was, and what is left.
//!
//! What a line can give back is what it asks for. Where deductions (lines below zero) lower the invoice, each is shared among
//! the lines with the same taxes, else among all, in proportion: so that all that can be taken back is the invoice, to the unit.

use kernel::{Money, MoneyError};
use serde::{Deserialize, Serialize};

use crate::{Invoice, Line, LineTax, Period, TaxMode};

/// How many credit notes of one invoice there can be.
pub const MAX_CREDIT_NOTES: usize = 100;

/// What a credit note takes back of a line of the invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditNoteLine {
    /// The line's place on the invoice, from 1.
    pub line: usize,
    /// Its name, as printed.
    pub name: String,
    /// Which days it was for; none for what was sold at once.
    pub service: Option<Period>,
    /// How much, as prices are stated: with the inclusive taxes, without the exclusive ones.
    pub amount: Money,
    /// How much of each of its taxes.
    pub taxes: Vec<LineTax>,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinePart {
    /// As prices are stated: with the taxes that they hold, without those that come on top.
    pub amount: Money,
    /// Of each of the line's taxes, in their order.
    pub taxes: Vec<Money>,
}

impl LinePart {
    fn nothing_of(line: &Line) -> Self {
        let nothing = Money::zero(line.amount.currency());
        Self { amount: nothing, taxes: vec![nothing; line.taxes.len()] }
    }

    fn whole(line: &Line) -> Result<Self, MoneyError> {
        Ok(Self { amount: line.discounted()?, taxes: line.taxes.iter().map(|tax| tax.tax).collect() })
    }

    /// Whether there is nothing of it.
    pub fn is_nothing(&self) -> bool {
        self.amount.is_zero() && self.taxes.iter().all(|tax| tax.is_zero())
    }

    pub(crate) fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        let taxes = self.taxes.iter().zip(&other.taxes).map(|(one, other)| one.checked_add(*other));
        Ok(Self { amount: self.amount.checked_add(other.amount)?, taxes: taxes.collect::<Result<_, _>>()? })
    }

    pub(crate) fn minus(&self, other: &Self) -> Result<Self, MoneyError> {
        let taxes = self.taxes.iter().zip(&other.taxes).map(|(one, other)| one.checked_sub(*other));
        Ok(Self { amount: self.amount.checked_sub(other.amount)?, taxes: taxes.collect::<Result<_, _>>()? })
    }

    /// Those of its taxes that prices hold, or that come on top.
    pub(crate) fn taxes_of(&self, mode: TaxMode, line: &Line, invoice: &Invoice) -> Result<Money, MoneyError> {
        let taxes = self.taxes.iter().zip(&line.taxes).filter(|(_, tax)| invoice.mode_of(tax) == mode);
        Money::sum(invoice.currency, taxes.map(|(tax, _)| *tax))
    }

    /// Without any tax.
    pub(crate) fn net(&self, line: &Line, invoice: &Invoice) -> Result<Money, MoneyError> {
        self.amount.checked_sub(self.taxes_of(TaxMode::Inclusive, line, invoice)?)
    }

    /// With all taxes.
    pub(crate) fn gross(&self, line: &Line, invoice: &Invoice) -> Result<Money, MoneyError> {
        self.amount.checked_add(self.taxes_of(TaxMode::Exclusive, line, invoice)?)
    }
}

impl Invoice {
    /// What credit notes can take back of each line, together no more than the total.
    ///
    /// # Errors
    /// `Overflow`.
    pub(crate) fn creditable_parts(&self) -> Result<Vec<LinePart>, MoneyError> {
        if !self.surplus.is_zero() {
            return Ok(self.lines.iter().map(LinePart::nothing_of).collect());
        }
        let asks = |line: &Line| Ok(if line.discounted()?.is_negative() { None } else { Some(LinePart::whole(line)?) });
        let wholes = self.lines.iter().map(asks).collect::<Result<Vec<_>, MoneyError>>()?;
        let deductions = self.lines.iter().zip(&wholes).filter(|(_, whole)| whole.is_none()).map(|(line, _)| line);
        let deductions: Vec<&Line> = deductions.collect();
        let parts = wholes.into_iter().zip(&self.lines);
        let mut parts: Vec<LinePart> =
            parts.map(|(whole, line)| whole.unwrap_or_else(|| LinePart::nothing_of(line))).collect();
        for deduction in &deductions {
            self.deduct(&mut parts, deduction)?;
        }
        for (part, line) in parts.iter_mut().zip(&self.lines).filter(|_| !deductions.is_empty()) {
            // A deduction that is not taxed leaves no less than nothing without tax.
            let beyond = part.net(line, self)?.negated()?;
            let held = part.taxes.iter_mut().zip(&line.taxes);
            let held = held.filter(|(_, tax)| self.mode_of(tax) == TaxMode::Inclusive).map(|(amount, _)| amount);
            take(beyond, held.collect())?;
        }
        Ok(parts)
    }

    /// What is left of each line when this was taken back, which is empty while nothing was.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn left_to_credit(&self, credited: &[LinePart]) -> Result<Vec<LinePart>, MoneyError> {
        let parts = self.creditable_parts()?;
        if credited.is_empty() {
            return Ok(parts);
        }
        parts.iter().zip(credited).map(|(part, credited)| part.minus(credited)).collect()
    }

    /// Shares a deduction and its taxes among the lines.
    fn deduct(&self, parts: &mut [LinePart], deduction: &Line) -> Result<(), MoneyError> {
        let kinds = |line: &Line| line.taxes.iter().map(|tax| (tax.code.clone(), tax.category)).collect::<Vec<_>>();
        let alike = |line: &&Line| kinds(line) == kinds(deduction);
        let off = deduction.discounted()?.negated()?;
        let with_same_taxes = parts.iter_mut().zip(&self.lines).filter(|(_, line)| alike(line));
        let left = take(off, with_same_taxes.map(|(part, _)| &mut part.amount).collect())?;
        take(left, parts.iter_mut().map(|part| &mut part.amount).collect())?;
        for tax in deduction.taxes.iter().filter(|tax| tax.tax.is_negative()) {
            let of_tax = parts.iter_mut().zip(&self.lines).flat_map(|(part, line)| {
                part.taxes.iter_mut().zip(&line.taxes).filter(|(_, own)| own.is_like(tax)).map(|(amount, _)| amount)
            });
            let left = take(tax.tax.negated()?, of_tax.collect())?;
            if self.mode_of(tax) == TaxMode::Exclusive {
                // A deduction that is taxed beside lines that are not: what it lowers of the total is taken from them.
                take(left, parts.iter_mut().map(|part| &mut part.amount).collect())?;
            }
        }
        Ok(())
    }
}

/// Takes `off` from these in proportion, and from none more than there is; what they could not give.
fn take(off: Money, from: Vec<&mut Money>) -> Result<Money, MoneyError> {
    let weights: Vec<u64> = from.iter().map(|amount| amount.minor().max(0).unsigned_abs()).collect();
    let there: i64 = from.iter().map(|amount| amount.minor().max(0)).sum();
    let taken = Money::new(off.minor().min(there), off.currency());
    if taken.minor() < 1 {
        return Ok(off);
    }
    for (amount, share) in from.into_iter().zip(taken.allocate(&weights)?) {
        *amount = amount.checked_sub(share)?;
    }
    off.checked_sub(taken)
}
