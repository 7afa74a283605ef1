//! Recognising: days pass that an invoice charged in advance, so a part of what was to be earned is.
//!
//! `DEFERRED#<inv id>` / `SUM` has what of an invoice is still to be earned, from its issue until all of it is. Issuing puts
//! it on the agenda, at the beginning of each month and after the last day; a credit note may take from it in between.

use billing::{Invoice, InvoiceError};
use kernel::{Currency, Date, InvoiceId, Money};
use ledger::{Posted, revenue_recognised};
use serde::{Deserialize, Serialize};
use table::{
    Cancelled, Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, Due, DueKind},
    from_item,
};

use crate::{Settlement, SettlementError, facts};

/// A recognition that is ready to be written.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// What is earned by it.
    pub earned: Money,
    turn: Slot,
    posted: Posted,
}

impl Recognised {
    /// Whether the transaction was cancelled because another has done this work.
    pub fn was_done(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.turn).is_some()
    }

    /// Whether it was cancelled because the books of the party do not hold what is to be earned: a fault of ours.
    pub fn overdrew(&self, cancelled: &Cancelled) -> bool {
        self.posted.overdrew(cancelled)
    }
}

/// What of an invoice is still to be earned; `None` when nothing is. One round trip.
///
/// # Errors
/// Those of the table.
pub async fn deferred(table: &dyn Table, scope: TenantScope, invoice: InvoiceId) -> Result<Option<Money>, TableError> {
    let row: Option<DeferredSum> = table.get(&key(scope, invoice)).await?.map(from_item).transpose()?;
    Ok(row.map(|row| Money::new(row.amount, row.currency)))
}

/// What of an invoice is still to be earned.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeferredSum {
    /// In the minor unit.
    amount: i64,
    currency: Currency,
}

impl Record for DeferredSum {
    const ROWS: &'static [&'static str] = &["DEFERRED#{invoice} / SUM"];
}

const AMOUNT: &str = "amount";

fn key(scope: TenantScope, invoice: InvoiceId) -> Key {
    scope.key(format_args!("DEFERRED#{invoice}"), "SUM")
}

impl Settlement<'_> {
    /// Puts what an invoice defers on the agenda.
    pub(crate) fn defer(&self, transaction: &mut Transaction, invoice: &Invoice) -> Result<(), SettlementError> {
        let deferred = invoice.split()?.deferred;
        let first = invoice.issued.as_ref().and_then(|issued| invoice.next_earning(issued.date));
        let Some(first) = first.filter(|_| !deferred.is_zero()) else { return Ok(()) };
        let row = DeferredSum { amount: deferred.minor(), currency: deferred.currency() };
        transaction.add(Write::put(key(self.scope, invoice.id), &row)?.when(Condition::NotExists));
        let at = start_of(invoice, first)?;
        transaction.add(agenda::set(self.scope, DueKind::RevenueRecognition, invoice.id, at)?);
        Ok(())
    }

    /// Earns what is over of what an invoice charged in advance, of which `deferred` is left, as [`deferred`] says.
    ///
    /// # Errors
    /// `Invoice(OutOfTime)`, `Ledger`, `Table(Corrupt)`.
    pub fn recognise(
        &self,
        transaction: &mut Transaction,
        due: &Due,
        (invoice, deferred): (&Invoice, Money),
    ) -> Result<Recognised, SettlementError> {
        let today = self.now.date_in(&invoice.seller.zone);
        let next = invoice.next_earning(today);
        let left = left(invoice, today, deferred)?;
        let earned = deferred.checked_sub(left)?;
        let is_as_read = Condition::Equals(AMOUNT, deferred.minor().into());
        let row = key(self.scope, invoice.id);
        let turn = if let Some(next) = next {
            transaction.add(Write::update::<DeferredSum>(row).set(AMOUNT, left.minor()).when(is_as_read));
            transaction.add(agenda::moved(due, start_of(invoice, next)?)?)
        } else {
            transaction.add(Write::delete(row).when(is_as_read));
            transaction.add(agenda::done(due))
        };
        let mut entries = Vec::new();
        if !earned.is_zero() {
            entries.push(revenue_recognised(self.stamp(), invoice.id, facts::party(invoice), earned)?);
        }
        Ok(Recognised { earned, turn, posted: self.post(transaction, &entries)? })
    }

    /// The write that takes from what is still to be earned; it fails when less is left.
    pub(crate) fn take_deferred(&self, invoice: &Invoice, amount: Money) -> Write {
        let most = Condition::AtLeast(AMOUNT, amount.minor());
        Write::update::<DeferredSum>(key(self.scope, invoice.id))
            .add(AMOUNT, amount.minor().saturating_neg())
            .when(most)
    }
}

/// What is still to be earned when `day` begins. What credit notes took back is of the last days.
fn left(invoice: &Invoice, day: Date, deferred: Money) -> Result<Money, SettlementError> {
    let by_days = invoice.unearned_on(day)?;
    let most = if deferred.is_negative() {
        by_days.minor().max(deferred.minor())
    } else {
        by_days.minor().min(deferred.minor())
    };
    Ok(Money::new(most, invoice.currency))
}

fn start_of(invoice: &Invoice, day: Date) -> Result<kernel::Timestamp, SettlementError> {
    invoice.seller.zone.start_of(day).map_err(|_| InvoiceError::OutOfTime.into())
}
