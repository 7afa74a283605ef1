//! Crediting: a part of an invoice is taken back. It lowers what is still owed; what was paid already goes to the party's
//! balance, from where it pays the next invoice or is refunded.
//!
//! `CREDITED#<inv id>` / `SUM` has the sum of an invoice's credit notes, which is never more than the invoice: two notes
//! at once cannot both take the rest.

use billing::{Invoice, InvoiceError, InvoiceState, Invoices};
use kernel::{CreditNoteId, InvoiceId, Money};
use ledger::{CreditNote, Posted, credit_note_issued};
use serde::{Deserialize, Serialize};
use table::{Cancelled, Condition, Key, Record, Slot, TenantScope, Transaction, Write};

use crate::{Settlement, SettlementError, facts};

/// What a credit note takes back; together more than nothing, none of it below zero, all in the invoice's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The note's id.
    pub note: CreditNoteId,
    /// How much of what was earned.
    pub earned: Money,
    /// How much of what is still to be earned.
    pub deferred: Money,
    /// How much of the tax.
    pub tax: Money,
}

/// The sum of an invoice's credit notes, in minor units.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CreditedSum {
    amount: i64,
}

impl Record for CreditedSum {
    const ROWS: &'static [&'static str] = &["CREDITED#{invoice} / SUM"];
}

/// Where the sum of an invoice's credit notes is.
pub(crate) fn credited_key(scope: TenantScope, invoice: InvoiceId) -> Key {
    scope.key(format_args!("CREDITED#{invoice}"), "SUM")
}

/// A credit note that is ready to be written.
#[derive(Clone, Debug)]
pub struct Credited {
    /// The invoice afterwards.
    pub invoice: Invoice,
    /// What went to the party's balance.
    pub to_balance: Money,
    sum: Slot,
    deferred: Option<Slot>,
    slot: Option<Slot>,
    posted: Posted,
}

impl Credited {
    /// Whether the transaction was cancelled because the notes of this invoice would be more than the invoice, or this one
    /// takes back more of what is to be earned than is left of it.
    pub fn took_too_much(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.sum).is_some() || self.deferred.is_some_and(|slot| cancelled.failed(slot).is_some())
    }

    /// Whether the transaction was cancelled because the invoice changed meanwhile, or what was to be earned was: read
    /// again and decide anew.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        self.slot.is_some_and(|slot| cancelled.failed(slot).is_some()) || self.posted.overdrew(cancelled)
    }
}

impl Settlement<'_> {
    /// Takes back a part of an invoice, which is as it is now.
    ///
    /// # Errors
    /// `CreditTooLarge` for nothing, for parts below zero and for more than the invoice; `Invoice(WrongState)` of a draft
    /// or void one; `Ledger`, `Table(Corrupt)`.
    pub fn credit(
        &self,
        transaction: &mut Transaction,
        invoice: Invoice,
        credit: &Credit,
    ) -> Result<Credited, SettlementError> {
        let amount = amount_of(&invoice, credit)?;
        let (party, owed, due) = (facts::party(&invoice), facts::owed(&invoice), invoice.amount_due());
        let against_due = if amount.minor() < due.minor() { amount } else { due };
        let most_before = invoice.total.checked_sub(amount)?;
        let sum = transaction.add(
            Write::update::<CreditedSum>(credited_key(self.scope, invoice.id)).add("amount", amount.minor()).when(
                Condition::AnyOf(vec![
                    Condition::Missing("amount"),
                    Condition::Below("amount", most_before.minor().saturating_add(1)),
                ]),
            ),
        );
        let mut deferred = None;
        if !credit.deferred.is_zero() {
            deferred = Some(transaction.add(self.take_deferred(&invoice, credit.deferred)));
        }
        let note = CreditNote {
            id: credit.note,
            invoice: invoice.id,
            party,
            owed,
            earned: credit.earned,
            deferred: credit.deferred,
            tax: credit.tax,
            against_due,
        };
        let mut slot = None;
        let invoice = if against_due.is_zero() {
            // It is paid, and stays so.
            invoice
        } else {
            let after = invoice.apply_credit(against_due, self.now)?.invoice;
            slot = Some(Invoices::save(transaction, self.scope, &after)?);
            after
        };
        let posted = self.post(transaction, &[credit_note_issued(self.stamp(), &note)?])?;
        Ok(Credited { invoice, to_balance: amount.checked_sub(against_due)?, sum, deferred, slot, posted })
    }
}

/// What the note is over.
fn amount_of(invoice: &Invoice, credit: &Credit) -> Result<Money, SettlementError> {
    if matches!(invoice.state, InvoiceState::Draft | InvoiceState::Void { .. }) {
        return Err(InvoiceError::WrongState { status: invoice.status() }.into());
    }
    let parts = [credit.earned, credit.deferred, credit.tax];
    let amount = Money::sum(invoice.currency, parts)?;
    let fits = parts.iter().all(|part| !part.is_negative()) && (1..=invoice.total.minor()).contains(&amount.minor());
    if fits { Ok(amount) } else { Err(SettlementError::CreditTooLarge { total: invoice.total }) }
}
