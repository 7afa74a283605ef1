//! Withdrawing: money on the balance goes to the customer's bank account.
//!
//! It leaves the balance when the withdrawal is stored, so that nothing else can take it, and waits on an account of its
//! own. From there it leaves the books when the bank has paid it out, or goes back to the balance.

use ledger::{HeldMoney, Posted, withdrawal_held, withdrawal_returned, withdrawal_settled};
use payments::{Withdrawal, WithdrawalState, Withdrawals};
use table::{Cancelled, Slot, Transaction};

use crate::{Settlement, SettlementError};

/// A withdrawal that is stored with what it does to money.
#[derive(Clone, Debug)]
pub struct WithdrawalStored {
    slot: Slot,
    posted: Posted,
}

impl WithdrawalStored {
    /// Whether the transaction was cancelled because the withdrawal changed meanwhile: read it again and decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.slot).is_some()
    }

    /// Whether the transaction was cancelled because less is on the balance.
    pub fn overdrew(&self, cancelled: &Cancelled) -> bool {
        self.posted.overdrew(cancelled)
    }
}

impl Settlement<'_> {
    /// Stores a withdrawal in its state, and posts what that state means: a new one takes its money off the balance, one that
    /// was sent moves nothing, one that settled lets it go, and one that failed or was cancelled gives it back. Each state is
    /// reached once, since the version before it is replaced.
    ///
    /// # Errors
    /// `Ledger`, `Table(Corrupt)`.
    pub fn withdraw(
        &self,
        transaction: &mut Transaction,
        withdrawal: &Withdrawal,
    ) -> Result<WithdrawalStored, SettlementError> {
        let withdrawals = Withdrawals::new(self.table, self.scope);
        let Withdrawal { id, party, amount, .. } = *withdrawal;
        let money = HeldMoney { withdrawal: id, party, amount };
        let (slot, entry) = match withdrawal.state {
            WithdrawalState::Held => {
                let slot = withdrawals.insert(transaction, withdrawal)?;
                (slot, Some(withdrawal_held(self.stamp(), &money)?))
            }
            WithdrawalState::Sent { .. } => (withdrawals.save(transaction, withdrawal)?, None),
            WithdrawalState::Settled { .. } => {
                let slot = withdrawals.save(transaction, withdrawal)?;
                (slot, Some(withdrawal_settled(self.stamp(), &money)?))
            }
            WithdrawalState::Failed { .. } | WithdrawalState::Cancelled { .. } => {
                let slot = withdrawals.save(transaction, withdrawal)?;
                (slot, Some(withdrawal_returned(self.stamp(), &money)?))
            }
        };
        let posted = self.post(transaction, entry.as_slice())?;
        Ok(WithdrawalStored { slot, posted })
    }
}
