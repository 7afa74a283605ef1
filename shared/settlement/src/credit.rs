//! Crediting: a part of an invoice is taken back. It lowers what is still owed; what was paid already goes to the party's
//! balance, from where it pays the next invoice or is refunded.
//!
//! `CREDITED#<inv id>` / `SUM` has the sum of an invoice's credit notes and what they took of each line. Each note changes the
//! invoice, so that of two at once one wins and the other is decided again.

use billing::{CreditMovement, Invoice, Invoices, WrittenCreditNote};
use kernel::{Money, Timestamp};
use ledger::{IssuedCreditNote, JournalEntry, Posted, credit_note_issued};
use payments::{Payment, Refund};
use table::{Cancelled, Condition, Slot, Transaction, Write};

use crate::{
    BesideInvoice, Settlement, SettlementError,
    beside::{CreditedSum, credited_key},
    facts,
};

/// What a credit note is written by.
#[derive(Clone, Copy, Debug)]
pub struct CreditDecided<'a> {
    /// The note and what it takes.
    pub written: &'a WrittenCreditNote,
    /// What was beside the invoice when that was decided.
    pub beside: &'a BesideInvoice,
}

/// A credit note that is ready to be written.
#[derive(Clone, Debug)]
pub struct Credited {
    /// The invoice afterwards.
    pub invoice: Invoice,
    guards: Vec<Slot>,
    posted: Posted,
}

impl Credited {
    /// Whether the transaction was cancelled because the invoice changed meanwhile, another credit note was written of it, or
    /// more of it was earned: read again and decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        self.guards.iter().any(|slot| cancelled.failed(*slot).is_some()) || self.posted.overdrew(cancelled)
    }
}

impl Settlement<'_> {
    /// Takes back a part of an invoice, which is as it is now, as is what is beside it: by them the note was decided. Its own
    /// rows and its number are the caller's, in the same transaction.
    ///
    /// # Errors
    /// `Invoice(WrongState)` of a draft or void one; `Ledger`, `Table(Corrupt)`.
    pub fn credit(
        &self,
        transaction: &mut Transaction,
        invoice: Invoice,
        decided: CreditDecided<'_>,
    ) -> Result<Credited, SettlementError> {
        let (invoice, guards, entry) = self.credit_rows(transaction, invoice, decided)?;
        let posted = self.post(transaction, &[entry])?;
        Ok(Credited { invoice, guards, posted })
    }

    /// As [`Settlement::credit`], and what the note puts on the balance goes back at once by refunds of payments, each of another
    /// one, which are as they are now: their providers are asked at `at`.
    ///
    /// # Errors
    /// As [`Settlement::credit`] and [`Settlement::begin_refund`].
    pub fn credit_and_refund(
        &self,
        transaction: &mut Transaction,
        invoice: Invoice,
        decided: CreditDecided<'_>,
        (refunds, at): (&[(&Payment, Refund)], Timestamp),
    ) -> Result<Credited, SettlementError> {
        let (invoice, mut guards, credit) = self.credit_rows(transaction, invoice, decided)?;
        let mut entries = vec![credit];
        for (payment, refund) in refunds {
            let (_, slot, entry) = self.refund_rows(transaction, payment, refund, at)?;
            guards.push(slot);
            entries.push(entry);
        }
        let posted = self.post(transaction, &entries)?;
        Ok(Credited { invoice, guards, posted })
    }

    fn credit_rows(
        &self,
        transaction: &mut Transaction,
        invoice: Invoice,
        CreditDecided { written: WrittenCreditNote { note, movement }, beside }: CreditDecided<'_>,
    ) -> Result<(Invoice, Vec<Slot>, JournalEntry), SettlementError> {
        let issued = IssuedCreditNote {
            id: note.id,
            invoice: invoice.id,
            party: facts::party(&invoice),
            owed: facts::owed(&invoice),
            earned: movement.earned,
            deferred: movement.deferred,
            tax: movement.tax,
            against_due: note.against_due,
        };
        let mut guards = vec![transaction.add(self.credited_sum(&invoice, note.total, movement, beside)?)];
        if let Some(deferred) = beside.deferred.as_ref().filter(|_| !movement.deferred.is_zero()) {
            guards.push(transaction.add(self.take_deferred(&invoice, deferred, movement)?));
        }
        let invoice = invoice.take_back(note, self.now)?.invoice;
        guards.push(Invoices::save(transaction, self.scope, &invoice)?);
        Ok((invoice, guards, credit_note_issued(self.stamp(), &issued)?))
    }

    /// The write of what was taken back so far; it fails unless that is as it was read.
    fn credited_sum(
        &self,
        invoice: &Invoice,
        amount: Money,
        movement: &CreditMovement,
        beside: &BesideInvoice,
    ) -> Result<Write, SettlementError> {
        let before = beside.credited.as_ref().map_or(0, |credited| credited.amount);
        let sum = Money::new(before, invoice.currency).checked_add(amount)?;
        let write = Write::put(
            credited_key(self.scope, invoice.id),
            &CreditedSum { amount: sum.minor(), lines: movement.parts.clone() },
        )?;
        Ok(write.when(match &beside.credited {
            None => Condition::NotExists,
            Some(credited) => Condition::Equals("amount", credited.amount.into()),
        }))
    }
}
