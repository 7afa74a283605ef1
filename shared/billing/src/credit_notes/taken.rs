//! What taking back parts of an invoice's lines does to its sums and to the books.

use kernel::{Date, Money, MoneyError};

use crate::{
    Invoice, LineTax, StatutoryTotal, TaxMode, TaxTotal,
    credit_notes::part::{CreditNoteLine, LinePart},
};

/// What is known of an invoice beside itself when a credit note is written.
#[derive(Clone, Copy, Debug)]
pub struct CreditedBefore<'a> {
    /// What was taken back of each line; empty while nothing was.
    pub parts: &'a [LinePart],
    /// What is still to be earned of the invoice; nothing where all is.
    pub deferred: Money,
    /// What credit notes took of each line's days to come; empty while they took nothing.
    pub deferred_taken: &'a [Money],
    /// Today, in the seller's zone.
    pub today: Date,
}

/// What a credit note does to the books: `earned + deferred + tax` is what it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditMovement {
    /// How much of what was earned, without tax.
    pub earned: Money,
    /// How much of what is still to be earned, without tax: the days to come, as far as they go.
    pub deferred: Money,
    /// How much of the taxes.
    pub tax: Money,
    /// What was taken back of each line, with this note.
    pub parts: Vec<LinePart>,
    /// What credit notes took of each line's days to come, with this one.
    pub deferred_taken: Vec<Money>,
}

/// What a credit note is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CreditSums {
    pub(super) lines: Vec<CreditNoteLine>,
    pub(super) subtotal: Money,
    pub(super) taxes: Vec<TaxTotal>,
    pub(super) total: Money,
}

impl Invoice {
    /// What is earned and what is to be earned of these parts of its lines.
    pub(super) fn movement(
        &self,
        taken: &[LinePart],
        before: &CreditedBefore<'_>,
    ) -> Result<CreditMovement, MoneyError> {
        let nothing = Money::zero(self.currency);
        let (mut earned, mut deferred, mut tax) = (nothing, nothing, nothing);
        let unearned = self.unearned_by_line(before.today)?;
        let mut deferred_taken = Vec::with_capacity(taken.len());
        for (at, ((part, line), unearned)) in taken.iter().zip(&self.lines).zip(unearned).enumerate() {
            let net = part.net(line, self)?;
            let taken_before = before.deferred_taken.get(at).copied().unwrap_or(nothing);
            let of_line = unearned.checked_sub(taken_before)?;
            let of_invoice = before.deferred.checked_sub(deferred)?;
            let ahead = net.minor().min(of_line.minor()).min(of_invoice.minor()).max(0);
            let ahead = Money::new(ahead, self.currency);
            deferred = deferred.checked_add(ahead)?;
            earned = earned.checked_add(net.checked_sub(ahead)?)?;
            tax = tax.checked_add(Money::sum(self.currency, part.taxes.iter().copied())?)?;
            deferred_taken.push(taken_before.checked_add(ahead)?);
        }
        let parts = match before.parts {
            [] => Ok(taken.to_vec()),
            parts => parts.iter().zip(taken).map(|(before, part)| before.plus(part)).collect(),
        };
        Ok(CreditMovement { earned, deferred, tax, parts: parts?, deferred_taken })
    }

    /// Lines, taxes and sums of these parts, as printed.
    pub(super) fn sums_of(&self, taken: &[LinePart], before: &[LinePart]) -> Result<CreditSums, MoneyError> {
        let mut lines = Vec::new();
        for (at, (part, line)) in taken.iter().zip(&self.lines).enumerate().filter(|(_, (part, _))| !part.is_nothing())
        {
            let net = part.net(line, self)?;
            let taxes = line.taxes.iter().zip(&part.taxes);
            lines.push(CreditNoteLine {
                line: at + 1,
                name: line.name.clone(),
                service: line.service,
                amount: part.amount,
                taxes: taxes.map(|(tax, part)| LineTax { taxable: net, tax: *part, ..tax.clone() }).collect(),
            });
        }
        let taxes = self.taxes.iter().map(|total| self.tax_taken(total, taken, before));
        let taxes = taxes.collect::<Result<Vec<_>, MoneyError>>()?;
        let taxes: Vec<TaxTotal> =
            taxes.into_iter().filter(|tax| !tax.tax.is_zero() || !tax.taxable.is_zero()).collect();
        let subtotal = Money::sum(self.currency, lines.iter().map(|line| line.amount))?;
        let on_top = taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive);
        let total = subtotal.checked_add(Money::sum(self.currency, on_top.map(|tax| tax.tax))?)?;
        Ok(CreditSums { lines, subtotal, taxes, total })
    }

    /// What is taken back of a tax. Its statutory base is what all notes together come to, less what those before did.
    fn tax_taken(&self, total: &TaxTotal, taken: &[LinePart], before: &[LinePart]) -> Result<TaxTotal, MoneyError> {
        let (tax, taxable) = self.of_tax(total, taken)?;
        let (_, earlier) = self.of_tax(total, before)?;
        let statutory = match total.statutory {
            Some(statutory) => {
                let base = |taxable: Money| match total.taxable.minor() {
                    0 => Ok(Money::zero(self.currency)),
                    whole => statutory.base.times_ratio_half_away_from_zero(taxable.minor(), whole),
                };
                let base = base(earlier.checked_add(taxable)?)?.checked_sub(base(earlier)?)?;
                Some(StatutoryTotal { base, ..statutory })
            }
            None => None,
        };
        Ok(TaxTotal { taxable, statutory, tax, ..total.clone() })
    }

    /// A tax of these parts, and what it is on.
    fn of_tax(&self, total: &TaxTotal, parts: &[LinePart]) -> Result<(Money, Money), MoneyError> {
        let nothing = Money::zero(self.currency);
        let (mut tax, mut taxable) = (nothing, nothing);
        for (part, line) in parts.iter().zip(&self.lines) {
            let own = line.taxes.iter().zip(&part.taxes).filter(|(own, _)| total.includes(own));
            for (_, amount) in own {
                tax = tax.checked_add(*amount)?;
                taxable = taxable.checked_add(part.net(line, self)?)?;
            }
        }
        Ok((tax, taxable))
    }
}
