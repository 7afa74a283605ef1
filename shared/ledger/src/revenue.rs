//! Revenue by day: what was invoiced, earned, taken back and given up, and how much is still to be earned at the end of each
//! day. Made of the journal alone, so that each sum is what its accounts moved, to the unit.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Currency, Date, Money, MoneyError};

use crate::{Account, JournalEntry, Occasion};

/// What moved in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueFigures {
    /// What invoices asked for, without tax.
    pub invoiced: Money,
    /// What of it was taken back with whole invoices, without tax.
    pub voided: Money,
    /// What of it was taken back by credit notes, without tax.
    pub credited: Money,
    /// What was earned, without tax, less what was taken back of it: what the account of revenue moved.
    pub recognised: Money,
    /// What was given up, with tax.
    pub written_off: Money,
    /// What of that came in, or was taken back, after all.
    pub recovered: Money,
    /// What is due to the state: of invoices, less what was taken back.
    pub tax: Money,
}

/// One day in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueDay {
    /// The day.
    pub day: Date,
    /// What moved on it.
    pub figures: RevenueFigures,
    /// What is still to be earned at its end.
    pub deferred: Money,
}

/// All days in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevenueTotal {
    /// What was to be earned before the first day.
    pub deferred_before: Money,
    /// What moved.
    pub figures: RevenueFigures,
    /// What is still to be earned after the last day.
    pub deferred: Money,
}

/// The entries of some days, added up.
#[derive(Clone, Debug, Default)]
pub struct RevenueDays(BTreeMap<(Currency, Date), RevenueFigures>);

impl RevenueFigures {
    /// Nothing moved.
    pub const fn nothing(currency: Currency) -> Self {
        let nothing = Money::zero(currency);
        Self {
            invoiced: nothing,
            voided: nothing,
            credited: nothing,
            recognised: nothing,
            written_off: nothing,
            recovered: nothing,
            tax: nothing,
        }
    }

    /// How much more is to be earned than before: what was invoiced, less what was taken back and what was earned.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn deferred(&self) -> Result<Money, MoneyError> {
        self.invoiced.checked_sub(self.voided)?.checked_sub(self.credited)?.checked_sub(self.recognised)
    }

    fn plus(self, other: &Self) -> Result<Self, MoneyError> {
        Ok(Self {
            invoiced: self.invoiced.checked_add(other.invoiced)?,
            voided: self.voided.checked_add(other.voided)?,
            credited: self.credited.checked_add(other.credited)?,
            recognised: self.recognised.checked_add(other.recognised)?,
            written_off: self.written_off.checked_add(other.written_off)?,
            recovered: self.recovered.checked_add(other.recovered)?,
            tax: self.tax.checked_add(other.tax)?,
        })
    }

    /// What one posting adds.
    fn with(self, occasion: Occasion, account: Account, amount: Money) -> Result<Self, MoneyError> {
        Ok(match account {
            Account::Revenue => {
                Self { recognised: self.recognised.checked_sub(amount)?, ..self.asked(occasion, amount)? }
            }
            Account::DeferredRevenue(_) => self.asked(occasion, amount)?,
            Account::TaxPayable => Self { tax: self.tax.checked_sub(amount)?, ..self },
            Account::BadDebt if matches!(occasion, Occasion::WrittenOff { .. }) => {
                Self { written_off: self.written_off.checked_add(amount)?, ..self }
            }
            Account::BadDebt => Self { recovered: self.recovered.checked_sub(amount)?, ..self },
            Account::Receivable(_) | Account::Clearing(_) | Account::CustomerBalance(_) | Account::Withdrawals(_) => {
                self
            }
        })
    }

    /// What is asked for, or taken back of it, by a posting on what is earned or to be earned.
    fn asked(self, occasion: Occasion, amount: Money) -> Result<Self, MoneyError> {
        Ok(match occasion {
            Occasion::InvoiceIssued { .. } => Self { invoiced: self.invoiced.checked_sub(amount)?, ..self },
            Occasion::InvoiceVoided { .. } => Self { voided: self.voided.checked_add(amount)?, ..self },
            Occasion::CreditNoteIssued { .. } => Self { credited: self.credited.checked_add(amount)?, ..self },
            Occasion::InvoicePaid { .. }
            | Occasion::PaymentUnapplied { .. }
            | Occasion::Deposited { .. }
            | Occasion::BalanceApplied { .. }
            | Occasion::Refunded { .. }
            | Occasion::RefundReturned { .. }
            | Occasion::Withdrawn { .. }
            | Occasion::WrittenOff { .. }
            | Occasion::RevenueRecognised { .. }
            | Occasion::WithdrawalHeld { .. }
            | Occasion::WithdrawalSettled { .. }
            | Occasion::WithdrawalReturned { .. } => self,
        })
    }
}

impl RevenueDays {
    /// Adds an entry to its day.
    ///
    /// # Errors
    /// `Overflow`; the sums are then not to be used further.
    pub fn add(&mut self, day: Date, entry: &JournalEntry) -> Result<(), MoneyError> {
        for posting in entry.postings() {
            let currency = posting.amount.currency();
            let figures = self.0.entry((currency, day)).or_insert(RevenueFigures::nothing(currency));
            *figures = figures.with(entry.occasion(), posting.account, posting.amount)?;
        }
        Ok(())
    }

    /// Each of `days` in one currency, and all of them. `deferred_before` is what was to be earned before the first.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn of(
        &self,
        days: impl IntoIterator<Item = Date>,
        deferred_before: Money,
    ) -> Result<(Vec<RevenueDay>, RevenueTotal), MoneyError> {
        let currency = deferred_before.currency();
        let nothing = RevenueFigures::nothing(currency);
        let mut total = RevenueTotal { deferred_before, figures: nothing, deferred: deferred_before };
        let mut rows = Vec::new();
        for day in days {
            let figures = self.0.get(&(currency, day)).copied().unwrap_or(nothing);
            total.figures = total.figures.plus(&figures)?;
            total.deferred = total.deferred.checked_add(figures.deferred()?)?;
            rows.push(RevenueDay { day, figures, deferred: total.deferred });
        }
        Ok((rows, total))
    }

    /// The currencies in which anything moved.
    pub fn currencies(&self) -> BTreeSet<Currency> {
        self.0.keys().map(|(currency, _)| *currency).collect()
    }
}

#[cfg(test)]
#[path = "revenue_tests.rs"]
mod tests;
