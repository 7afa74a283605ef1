//! Recognising: the days are over that an invoice charged in advance, so what was to be earned is.

use kernel::{InvoiceId, Money, Party};
use ledger::{Posted, revenue_recognised};
use table::Transaction;

use crate::{Settlement, SettlementError};

impl Settlement<'_> {
    /// Posts that `amount` of what an invoice deferred is earned. More than is deferred cannot be: the transaction is
    /// cancelled then. That it happens once per invoice is the caller's guard, such as the one of the period's end.
    ///
    /// # Errors
    /// `Ledger(Empty)` for nothing; `Table(Corrupt)`.
    pub fn recognise(
        &self,
        transaction: &mut Transaction,
        invoice: InvoiceId,
        party: Party,
        amount: Money,
    ) -> Result<Posted, SettlementError> {
        let entry = revenue_recognised(self.stamp(), invoice, party, amount)?;
        Ok(self.post(transaction, &[entry])?)
    }
}
