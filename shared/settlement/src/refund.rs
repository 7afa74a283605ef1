//! Refunding: money on the payer's balance goes back through the provider that brought it.
//!
//! What is taken back of an invoice gets onto the balance by a credit note, and what nothing waited for is there already:
//! so a refund always takes from the balance, and can never give more than is there, nor more than the payment brought. It
//! is taken when the refund is begun, before the provider is asked, so that it cannot be spent meanwhile; a refund that comes
//! to nothing puts it back.

use kernel::{Provider, Timestamp};
use ledger::{JournalEntry, Posted, Receipt, deposited, refund_returned, refunded};
use payments::{Failure, Payment, Payments, Refund, RefundOrigin, Refunds};
use table::{Cancelled, Slot, Transaction};

use crate::{Settlement, SettlementError};

/// A payment of which money goes back, or has gone.
#[derive(Clone, Debug)]
pub struct Refunded {
    /// The payment afterwards.
    pub payment: Payment,
    /// The refund afterwards.
    pub refund: Refund,
    slot: Slot,
    posted: Posted,
}

impl Refunded {
    /// Where the payment is written: this fails when it changed meanwhile.
    pub const fn saved(&self) -> Slot {
        self.slot
    }

    /// Whether the transaction was cancelled because less is on the balance.
    pub fn overdrew(&self, cancelled: &Cancelled) -> bool {
        self.posted.overdrew(cancelled)
    }
}

impl Settlement<'_> {
    /// Takes what a refund gives back off the balance; the provider is asked next, or at `at` by the agenda. The payment is
    /// as it is now.
    ///
    /// # Errors
    /// `Payment(RefundTooLarge)` for nothing or more than is left of it, `Payment(RefundOnItsWay)`; `Ledger`, `Table(Corrupt)`.
    pub fn begin_refund(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        refund: &Refund,
        at: Timestamp,
    ) -> Result<Refunded, SettlementError> {
        let (after, slot, entry) = self.refund_rows(transaction, payment, refund, at)?;
        let posted = self.post(transaction, &[entry])?;
        Ok(Refunded { payment: after, refund: refund.clone(), slot, posted })
    }

    /// Books money that came in and that nothing waits for, and that it goes back at once: the provider is asked at `at`. The
    /// payment is a new one.
    ///
    /// # Errors
    /// As [`Settlement::begin_refund`].
    pub fn keep_and_refund(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        refund: &Refund,
        at: Timestamp,
    ) -> Result<Refunded, SettlementError> {
        let after = Payment { version: payment.version, ..payment.begin_refund(refund.id, refund.amount, self.now)? };
        let slot = Payments::new(self.table, self.scope).insert(transaction, &after)?;
        Refunds::new(self.table, self.scope).insert(transaction, refund, at)?;
        let came_in = deposited(self.stamp(), &receipt(payment, refund))?;
        let goes = refunded(self.stamp(), refund.id, &receipt(payment, refund))?;
        let posted = self.post(transaction, &[came_in, goes])?;
        Ok(Refunded { payment: after, refund: refund.clone(), slot, posted })
    }

    /// The rows of a refund that begins, and its entry, which is to be posted.
    pub(crate) fn refund_rows(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        refund: &Refund,
        at: Timestamp,
    ) -> Result<(Payment, Slot, JournalEntry), SettlementError> {
        let after = payment.begin_refund(refund.id, refund.amount, self.now)?;
        let slot = Payments::new(self.table, self.scope).save(transaction, &after)?;
        Refunds::new(self.table, self.scope).insert(transaction, refund, at)?;
        let entry = refunded(self.stamp(), refund.id, &receipt(payment, refund))?;
        Ok((after, slot, entry))
    }

    /// The provider gave the money back: nothing more moves here.
    ///
    /// # Errors
    /// `Payment(RefundTooLarge)`, `Table(Corrupt)`.
    pub fn finish_refund(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        refund: &Refund,
    ) -> Result<Refunded, SettlementError> {
        let refund = refund.succeeded(self.now);
        let after = payment.refunded_by(&refund, self.now)?;
        let slot = Payments::new(self.table, self.scope).save(transaction, &after)?;
        Refunds::new(self.table, self.scope).save(transaction, &refund)?;
        Ok(Refunded { payment: after, refund, slot, posted: Posted::default() })
    }

    /// The provider or the bank refused: the money is on the balance again.
    ///
    /// # Errors
    /// `Ledger`, `Table(Corrupt)`.
    pub fn fail_refund(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        refund: &Refund,
        failure: Failure,
    ) -> Result<Refunded, SettlementError> {
        let refund = refund.failed(failure, self.now);
        let after = payment.refund_failed(self.now);
        let slot = Payments::new(self.table, self.scope).save(transaction, &after)?;
        Refunds::new(self.table, self.scope).save(transaction, &refund)?;
        let posted =
            self.post(transaction, &[refund_returned(self.stamp(), refund.id, &receipt(payment, &refund))?])?;
        Ok(Refunded { payment: after, refund, slot, posted })
    }

    /// The bank refused a refund that had succeeded, and its money is with the provider again: it is on the balance again.
    ///
    /// # Errors
    /// `Payment(RefundTooLarge)` where less than that went back; `Ledger`, `Table(Corrupt)`.
    pub fn return_refund(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        refund: &Refund,
        failure: Failure,
    ) -> Result<Refunded, SettlementError> {
        let after = payment.refund_came_back(refund, self.now)?;
        let refund = refund.failed(failure, self.now);
        let slot = Payments::new(self.table, self.scope).save(transaction, &after)?;
        Refunds::new(self.table, self.scope).save_ended(transaction, &refund)?;
        let posted =
            self.post(transaction, &[refund_returned(self.stamp(), refund.id, &receipt(payment, &refund))?])?;
        Ok(Refunded { payment: after, refund, slot, posted })
    }

    /// Books what staff has paid back by hand: it left the tenant's own account, and not the provider's.
    ///
    /// # Errors
    /// As [`Settlement::begin_refund`].
    pub fn pay_back(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        refund: &Refund,
    ) -> Result<Refunded, SettlementError> {
        self.book_refund(transaction, &payment.paid_back(refund, self.now)?, refund)
    }

    /// Books a refund that was begun at the provider and has happened. `after` is the payment as the provider's word leaves
    /// it, one version on.
    ///
    /// # Errors
    /// `Ledger`, `Table(Corrupt)`.
    pub fn book_refund(
        &self,
        transaction: &mut Transaction,
        after: &Payment,
        refund: &Refund,
    ) -> Result<Refunded, SettlementError> {
        let slot = Payments::new(self.table, self.scope).save(transaction, after)?;
        Refunds::new(self.table, self.scope).insert_ended(transaction, refund)?;
        let posted = self.post(transaction, &[refunded(self.stamp(), refund.id, &receipt(after, refund))?])?;
        Ok(Refunded { payment: after.clone(), refund: refund.clone(), slot, posted })
    }
}

fn receipt(payment: &Payment, refund: &Refund) -> Receipt {
    let provider = match refund.origin {
        RefundOrigin::ByHand => Provider::Manual,
        RefundOrigin::Asked | RefundOrigin::Provider => payment.provider,
    };
    Receipt { id: payment.id, party: payment.payer, provider, amount: refund.amount }
}
