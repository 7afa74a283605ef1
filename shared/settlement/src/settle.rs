//! Settling: money that came in pays what it is for, and what nothing waits for stays on the payer's balance. Either way
//! it is in the journal, so that nothing that somebody paid is ever without an owner.

use billing::{Invoice, InvoiceError, Invoices};
use kernel::Money;
use ledger::{JournalEntry, Posted, Receipt, deposited, invoice_paid, payment_unapplied};
use payments::{Payment, Purpose};
use table::{Cancelled, Slot, Transaction};

use crate::{Settlement, SettlementError, facts};

/// Where money that came in went.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The invoice afterwards, when it took some of it.
    pub invoice: Option<Invoice>,
    /// What stays on the payer's balance.
    pub kept: Money,
    /// Why the invoice took none of it.
    pub refused: Option<InvoiceError>,
    slot: Option<Slot>,
    posted: Posted,
}

impl Settled {
    /// Whether the transaction was cancelled because the invoice changed meanwhile: read it again and decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        self.slot.is_some_and(|slot| cancelled.failed(slot).is_some()) || self.posted.overdrew(cancelled)
    }
}

impl Settlement<'_> {
    /// Books `amount` of a payment that came in. `invoice` is the one that it is for, as it is now; the payment's own row
    /// belongs into the same transaction, on the condition of its version: that is what makes money count once.
    ///
    /// # Errors
    /// `Ledger`, `Table(Corrupt)`; an invoice that takes nothing is no error.
    pub fn settle(
        &self,
        transaction: &mut Transaction,
        payment: &Payment,
        amount: Money,
        invoice: Option<Invoice>,
    ) -> Result<Settled, SettlementError> {
        let receipt = |amount| Receipt { id: payment.id, party: payment.payer, provider: payment.provider, amount };
        let mut settled = Settled { invoice: None, kept: amount, refused: None, slot: None, posted: Posted::default() };
        let mut entries: Vec<JournalEntry> = Vec::new();
        if payment.purpose.invoice().is_some() {
            match used_for(invoice, payment, amount, self.now) {
                Ok((before, paid, applied)) => {
                    let of_owner = Receipt { party: facts::party(&before), ..receipt(applied) };
                    entries.push(invoice_paid(self.stamp(), paid.id, facts::owed(&before), &of_owner)?);
                    settled.slot = Some(Invoices::save(transaction, self.scope, &paid)?);
                    settled.invoice = Some(paid);
                    settled.kept = amount.checked_sub(applied)?;
                }
                Err(
                    fault @ (InvoiceError::Money(_)
                    | InvoiceError::OutOfTime
                    | InvoiceError::NoLuxuryRate
                    | InvoiceError::HasPayments
                    | InvoiceError::HasCreditNotes
                    | InvoiceError::GivenBack
                    | InvoiceError::BelowZero
                    | InvoiceError::SentRecently { .. }),
                ) => return Err(fault.into()),
                Err(
                    why @ (InvoiceError::NotFound
                    | InvoiceError::AlreadyPaid { .. }
                    | InvoiceError::WrongState { .. }
                    | InvoiceError::AmountMismatch { .. }),
                ) => settled.refused = Some(why),
            }
        }
        if !settled.kept.is_zero() {
            let kept = receipt(settled.kept);
            entries.push(match payment.purpose {
                Purpose::Deposit => deposited(self.stamp(), &kept)?,
                // Until there are orders, money for one waits where the payer can see it.
                Purpose::Invoice { .. } | Purpose::Order { .. } => payment_unapplied(self.stamp(), &kept)?,
            });
        }
        settled.posted = self.post(transaction, &entries)?;
        Ok(settled)
    }
}

/// The invoice before, the invoice afterwards, and how much of `amount` it took.
fn used_for(
    invoice: Option<Invoice>,
    payment: &Payment,
    amount: Money,
    now: kernel::Timestamp,
) -> Result<(Invoice, Invoice, Money), InvoiceError> {
    let before = invoice.ok_or(InvoiceError::NotFound)?;
    let used = before.clone().apply_payment(payment.id, amount, now)?;
    Ok((before, used.invoice, used.applied))
}
