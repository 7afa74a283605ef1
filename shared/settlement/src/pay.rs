//! Paying from the balance: money that nothing waited for pays what an invoice asks for, as far as it goes.

use billing::{Invoice, Invoices};
use kernel::Money;
use ledger::{PartyBalance, Posted, balance_applied};
use table::{Cancelled, Slot, Transaction};

use crate::{Settlement, SettlementError, facts};

/// An invoice that the balance paid, whole or in part.
#[derive(Clone, Debug)]
pub struct PaidFromBalance {
    /// The invoice afterwards.
    pub invoice: Invoice,
    /// How much of the balance it took.
    pub used: Money,
    slot: Slot,
    posted: Posted,
}

impl PaidFromBalance {
    /// Whether the transaction was cancelled because the invoice changed meanwhile, or less is on the balance: read both
    /// again and decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.slot).is_some() || self.posted.overdrew(cancelled)
    }
}

impl Settlement<'_> {
    /// Pays what is due of an invoice from the balance of its party; both are as they are now.
    ///
    /// # Errors
    /// `Invoice` unless it is owed; `BalanceEmpty`; `Ledger`, `Table(Corrupt)`.
    pub fn pay_from_balance(
        &self,
        transaction: &mut Transaction,
        invoice: Invoice,
        balance: &PartyBalance,
    ) -> Result<PaidFromBalance, SettlementError> {
        let (due, there) = (invoice.owed()?, balance.balance);
        if there.minor() < 1 || there.currency() != due.currency() {
            return Err(SettlementError::BalanceEmpty { currency: due.currency() });
        }
        let (party, owed) = (facts::party(&invoice), facts::owed(&invoice));
        let paid = invoice.pay_from_balance(there, self.now)?;
        let slot = Invoices::save(transaction, self.scope, &paid.invoice)?;
        let entry = balance_applied(self.stamp(), paid.invoice.id, party, owed, paid.applied)?;
        let posted = self.post(transaction, &[entry])?;
        Ok(PaidFromBalance { invoice: paid.invoice, used: paid.applied, slot, posted })
    }
}
