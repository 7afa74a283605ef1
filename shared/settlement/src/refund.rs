//! Refunding: money on the payer's balance goes back through the provider that brought it.
//!
//! What is taken back of an invoice gets onto the balance by a credit note, and what nothing waited for is there already:
//! so a refund always takes from the balance, and can never give more than is there, nor more than the payment brought.

use kernel::{Money, RefundId};
use ledger::{Posted, Receipt, refunded};
use payments::{Payment, Payments};
use table::{Cancelled, Slot, Transaction};

use crate::{Settlement, SettlementError};

/// A payment of which money went back.
#[derive(Clone, Debug)]
pub struct Refunded {
    /// The payment afterwards.
    pub payment: Payment,
    slot: Slot,
    posted: Posted,
}

impl Refunded {
    /// Whether the transaction was cancelled because the payment changed meanwhile: read it again and decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.slot).is_some()
    }

    /// Whether the transaction was cancelled because less is on the balance.
    pub fn overdrew(&self, cancelled: &Cancelled) -> bool {
        self.posted.overdrew(cancelled)
    }
}

impl Settlement<'_> {
    /// Gives back `amount` of a payment, which is as it is now.
    ///
    /// # Errors
    /// `Payment(RefundTooLarge)` for nothing or more than is left of it; `Ledger`, `Table(Corrupt)`.
    pub fn refund(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        refund: RefundId,
        amount: Money,
    ) -> Result<Refunded, SettlementError> {
        let after = payment.give_back(amount, self.now)?;
        let slot = Payments::new(self.table, self.scope).save(transaction, &after)?;
        let paid = Receipt { id: payment.id, party: payment.payer, provider: payment.provider, amount };
        let entry = refunded(self.stamp(), refund, &paid)?;
        let posted = self.post(transaction, &[entry])?;
        Ok(Refunded { payment: after, slot, posted })
    }
}
