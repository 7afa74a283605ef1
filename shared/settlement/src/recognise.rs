//! Recognising: days pass that an invoice charged in advance, so a part of what was to be earned is.
//!
//! `DEFERRED#<inv id>` / `SUM` has what of an invoice is still to be earned, from its issue until all of it is. Issuing puts
//! it on the agenda, at the beginning of each month and after the last day; a credit note may take from it in between. What
//! is earned is of the time that is over: its entry is of the last instant before the boundary, however late it is made.

use billing::{Invoice, InvoiceError};
use jiff::SignedDuration;
use kernel::{Currency, Date, InvoiceId, Money};
use ledger::{Stamp, revenue_recognised};
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
}

impl Recognised {
    /// Whether the transaction was cancelled because another has done this work.
    pub fn was_done(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.turn).is_some()
    }
}

/// What of an invoice is still to be earned; `None` when nothing is. One round trip.
///
/// # Errors
/// Those of the table.
pub async fn deferred(
    table: &dyn Table,
    scope: TenantScope,
    invoice: InvoiceId,
) -> Result<Option<Deferred>, TableError> {
    let row: Option<DeferredSum> = table.get(&deferred_key(scope, invoice)).await?.map(from_item).transpose()?;
    Ok(row.as_ref().map(read_deferred))
}

/// What a row says.
pub(crate) const fn read_deferred(row: &DeferredSum) -> Deferred {
    Deferred { left: Money::new(row.amount, row.currency), taken_back: Money::new(row.taken_back, row.currency) }
}

/// What of an invoice is still to be earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// How much.
    pub left: Money,
    /// What credit notes took of it, which is of the last days.
    pub taken_back: Money,
}

/// The row of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeferredSum {
    /// What is left, in the minor unit.
    amount: i64,
    currency: Currency,
    /// What credit notes took of the last days.
    #[serde(default)]
    taken_back: i64,
}

impl Record for DeferredSum {
    const ROWS: &'static [&'static str] = &["DEFERRED#{invoice} / SUM"];
}

const AMOUNT: &str = "amount";
const TAKEN_BACK: &str = "takenBack";
/// Before the instant at which what was earned is over.
const A_MOMENT: SignedDuration = SignedDuration::from_millis(1);

pub(crate) fn deferred_key(scope: TenantScope, invoice: InvoiceId) -> Key {
    scope.key(format_args!("DEFERRED#{invoice}"), "SUM")
}

impl Settlement<'_> {
    /// Puts what an invoice defers on the agenda.
    pub(crate) fn defer(&self, transaction: &mut Transaction, invoice: &Invoice) -> Result<(), SettlementError> {
        let deferred = invoice.split()?.deferred;
        let first = invoice.issued.as_ref().and_then(|issued| invoice.next_earning(issued.date));
        let Some(first) = first.filter(|_| !deferred.is_zero()) else { return Ok(()) };
        let row = DeferredSum { amount: deferred.minor(), currency: deferred.currency(), taken_back: 0 };
        transaction.add(Write::put(deferred_key(self.scope, invoice.id), &row)?.when(Condition::NotExists));
        let at = start_of(invoice, first)?;
        agenda::set(transaction, self.scope, DueKind::RevenueRecognition, invoice.id, at)?;
        Ok(())
    }

    /// Earns what was over at the boundary that was due of what an invoice charged in advance, of which `deferred` is left,
    /// as [`deferred`] says. A boundary that is over too has a turn of its own.
    ///
    /// # Errors
    /// `Invoice(OutOfTime)`, `Ledger`, `Table(Corrupt)`.
    pub fn recognise(
        &self,
        transaction: &mut Transaction,
        due: &Due,
        invoice: &Invoice,
        deferred: Deferred,
    ) -> Result<Recognised, SettlementError> {
        let day = due.at.date_in(&invoice.seller.zone);
        let next = invoice.next_earning(day);
        let left = left(invoice, day, deferred)?;
        let earned = deferred.left.checked_sub(left)?;
        let is_as_read = Condition::Equals(AMOUNT, deferred.left.minor().into());
        let row = deferred_key(self.scope, invoice.id);
        let turn = if let Some(next) = next {
            transaction.add(Write::update::<DeferredSum>(row).set(AMOUNT, left.minor()).when(is_as_read));
            agenda::moved(transaction, due, start_of(invoice, next)?)?
        } else {
            transaction.add(Write::delete(row).when(is_as_read));
            agenda::done(transaction, due)
        };
        let mut entries = Vec::new();
        if !earned.is_zero() {
            let stamp = Stamp { at: due.at.plus(-A_MOMENT), ..self.stamp() };
            entries.push(revenue_recognised(stamp, invoice.id, facts::party(invoice), earned)?);
        }
        self.post(transaction, &entries)?;
        Ok(Recognised { earned, turn })
    }

    /// The write after which nothing more is earned of an invoice; it fails unless as much is left as was read.
    pub(crate) fn end_deferral(&self, invoice: &Invoice, deferred: Deferred) -> Write {
        let is_as_read = Condition::Equals(AMOUNT, deferred.left.minor().into());
        Write::delete(deferred_key(self.scope, invoice.id)).when(is_as_read)
    }

    /// The write that takes from what is still to be earned; it fails when less is left.
    pub(crate) fn take_deferred(&self, invoice: &Invoice, amount: Money) -> Write {
        let most = Condition::AtLeast(AMOUNT, amount.minor());
        Write::update::<DeferredSum>(deferred_key(self.scope, invoice.id))
            .add(AMOUNT, amount.minor().saturating_neg())
            .add(TAKEN_BACK, amount.minor())
            .when(most)
    }
}

/// What is still to be earned when `day` begins. What credit notes took back is of the last days.
fn left(invoice: &Invoice, day: Date, deferred: Deferred) -> Result<Money, SettlementError> {
    let by_days = invoice.unearned_on(day)?;
    if by_days.is_negative() {
        // A credit for days to come, of which no note takes anything.
        return Ok(by_days);
    }
    let left = by_days.checked_sub(deferred.taken_back)?;
    Ok(if left.is_negative() { Money::zero(invoice.currency) } else { left })
}

fn start_of(invoice: &Invoice, day: Date) -> Result<kernel::Timestamp, SettlementError> {
    invoice.seller.zone.start_of(day).map_err(|_| InvoiceError::OutOfTime.into())
}
