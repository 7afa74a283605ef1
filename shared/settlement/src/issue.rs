//! Issuing an invoice: the party owes it, less what its balance pays at once.

use billing::{Invoice, InvoiceError};
use kernel::Timestamp;
use ledger::{PartyBalance, Posted, balance_applied, invoice_issued};
use table::Transaction;

use crate::{Settlement, SettlementError, facts};

/// An invoice that is about to be issued, paid from the balance of its party as far as that goes.
///
/// # Errors
/// `Money`.
pub fn from_balance(invoice: Invoice, balance: &PartyBalance, at: Timestamp) -> Result<Invoice, InvoiceError> {
    let (due, there) = (invoice.amount_due(), balance.balance);
    if there.currency() != due.currency() || there.minor() < 1 || due.minor() < 1 {
        return Ok(invoice);
    }
    let version = invoice.version;
    let used = if there.minor() < due.minor() { there } else { due };
    // It is written for the first time, whatever was done to it before.
    Ok(Invoice { version, ..invoice.apply_credit(used, at)?.invoice })
}

impl Settlement<'_> {
    /// Posts an invoice that is being issued, takes from the balance what [`from_balance`] paid of it, and puts on the agenda
    /// what it charges in advance. Its own rows, number and guard are the issuer's, in the same transaction.
    ///
    /// # Errors
    /// `Invoice(OutOfTime)`, `Ledger`, `Table(Corrupt)`.
    pub fn issue(&self, transaction: &mut Transaction, invoice: &Invoice) -> Result<Posted, SettlementError> {
        let mut entries = Vec::from_iter(invoice_issued(self.stamp(), &facts::issued(invoice)?)?);
        if !invoice.credits_applied.is_zero() {
            let (party, used) = (facts::party(invoice), invoice.credits_applied);
            entries.push(balance_applied(self.stamp(), invoice.id, party, used)?);
        }
        self.defer(transaction, invoice)?;
        Ok(self.post(transaction, &entries)?)
    }
}
