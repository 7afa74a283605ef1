//! Writing off: what an invoice still asks for is given up. Should it be paid after all, that settles it.

use billing::{Invoice, Invoices};
use ledger::{Posted, written_off};
use table::{Cancelled, Slot, Transaction};

use crate::{Settlement, SettlementError, facts};

/// An invoice that was given up.
#[derive(Clone, Debug)]
pub struct WrittenOff {
    /// The invoice afterwards.
    pub invoice: Invoice,
    slot: Slot,
    posted: Posted,
}

impl WrittenOff {
    /// Whether the transaction was cancelled because the invoice changed meanwhile: read it again and decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.slot).is_some() || self.posted.overdrew(cancelled)
    }
}

impl Settlement<'_> {
    /// Gives up what an invoice, which is as it is now, still asks for.
    ///
    /// # Errors
    /// `Invoice` unless it is open; `Ledger`, `Table(Corrupt)`.
    pub fn write_off(&self, transaction: &mut Transaction, invoice: Invoice) -> Result<WrittenOff, SettlementError> {
        let (party, due) = (facts::party(&invoice), invoice.amount_due());
        let given_up = invoice.mark_uncollectible(self.now)?;
        let slot = Invoices::save(transaction, self.scope, &given_up)?;
        let entry = written_off(self.stamp(), given_up.id, party, due)?;
        let posted = self.post(transaction, &[entry])?;
        Ok(WrittenOff { invoice: given_up, slot, posted })
    }
}
