//! Voiding: an invoice that should not have been is taken back whole. What its issue posted is posted the other way round, at
//! the present, with what was earned of it since; what the balance paid of it is on the balance again, and nothing more of it
//! will be earned. One that a payment was used for stays, and so does one that a credit note takes something of: what is too
//! much of those is taken back by a credit note.

use billing::{Invoice, InvoiceError, Invoices};
use kernel::Money;
use ledger::{Posted, VoidedInvoice, invoice_voided};
use table::{
    Cancelled, Condition, Slot, Transaction, Write,
    agenda::{self, DueKind},
};

use crate::{BesideInvoice, Settlement, SettlementError, beside::credited_key, facts};

/// An invoice that was taken back.
#[derive(Clone, Debug)]
pub struct Voided {
    /// The invoice afterwards.
    pub invoice: Invoice,
    /// What is on the balance again.
    pub returned: Money,
    guards: Vec<Slot>,
    posted: Posted,
}

impl Voided {
    /// Whether the transaction was cancelled because the invoice changed meanwhile, a credit note was written of it, or more
    /// of it was earned: read again and decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        self.guards.iter().any(|slot| cancelled.failed(*slot).is_some()) || self.posted.overdrew(cancelled)
    }
}

impl Settlement<'_> {
    /// Takes back an invoice, which is as it is now, as is what is beside it.
    ///
    /// # Errors
    /// `Invoice` unless it is owed, for one that a payment was used for and one that has credit notes; `Ledger`,
    /// `Table(Corrupt)`.
    pub fn void(
        &self,
        transaction: &mut Transaction,
        invoice: Invoice,
        beside: &BesideInvoice,
    ) -> Result<Voided, SettlementError> {
        let (owed, issued) = (facts::owed(&invoice), facts::issued(&invoice)?);
        let void = invoice.void(self.now)?;
        if beside.credited.is_some() {
            return Err(InvoiceError::HasCreditNotes.into());
        }
        let uncredited = Write::check(credited_key(self.scope, void.id)).when(Condition::NotExists);
        let mut guards = vec![Invoices::save(transaction, self.scope, &void)?, transaction.add(uncredited)];
        let left = match &beside.deferred {
            Some(deferred) => {
                guards.push(transaction.add(self.end_deferral(&void, deferred)));
                agenda::clear(transaction, self.scope, DueKind::RevenueRecognition, void.id);
                deferred.left
            }
            None => Money::zero(void.currency),
        };
        // Without credit notes all credits are from the balance.
        let returned = void.credits_applied;
        let recognised = issued.deferred.checked_sub(left)?;
        let voided = VoidedInvoice { issued, recognised, from_balance: returned, owed };
        let entry = invoice_voided(self.stamp(), &voided)?;
        let posted = self.post(transaction, entry.as_slice())?;
        Ok(Voided { invoice: void, returned, guards, posted })
    }
}
