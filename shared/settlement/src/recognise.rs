//! Recognising: days pass that an invoice charged in advance, so a part of what was to be earned is.
//!
//! `DEFERRED#<inv id>` / `SUM` has what of an invoice is still to be earned, from its issue until all of it is. Issuing puts
//! it on the agenda, at the beginning of each month and after the last day; a credit note may take from it in between. What
//! is earned is of the time that is over: its entry is of the last instant before the boundary, however late it is made.

use billing::{CreditMovement, Invoice, InvoiceError};
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
    Ok(row.map(read_deferred))
}

/// What a row says.
pub(crate) fn read_deferred(row: DeferredSum) -> Deferred {
    let money = |minor| Money::new(minor, row.currency);
    Deferred { left: money(row.amount), taken_back: money(row.taken_back), taken_by_line: row.taken_by_line }
}

/// What of an invoice is still to be earned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// How much.
    pub left: Money,
    /// What credit notes took of it, which is of the last days.
    pub taken_back: Money,
    /// The same by line, in their order; empty while they took nothing.
    pub taken_by_line: Vec<Money>,
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
    /// The same by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taken_by_line: Vec<Money>,
}

impl Record for DeferredSum {
    const ROWS: &'static [&'static str] = &["DEFERRED#{invoice} / SUM"];
}

const AMOUNT: &str = "amount";
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
        let row = DeferredSum {
            amount: deferred.minor(),
            currency: deferred.currency(),
            taken_back: 0,
            taken_by_line: Vec::new(),
        };
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
        deferred: &Deferred,
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
    pub(crate) fn end_deferral(&self, invoice: &Invoice, deferred: &Deferred) -> Write {
        let is_as_read = Condition::Equals(AMOUNT, deferred.left.minor().into());
        Write::delete(deferred_key(self.scope, invoice.id)).when(is_as_read)
    }

    /// The write that takes from what is still to be earned; it fails unless as much is left as was read.
    pub(crate) fn take_deferred(
        &self,
        invoice: &Invoice,
        deferred: &Deferred,
        movement: &CreditMovement,
    ) -> Result<Write, SettlementError> {
        let row = DeferredSum {
            amount: deferred.left.checked_sub(movement.deferred)?.minor(),
            currency: invoice.currency,
            taken_back: deferred.taken_back.checked_add(movement.deferred)?.minor(),
            taken_by_line: movement.deferred_taken.clone(),
        };
        let is_as_read = Condition::Equals(AMOUNT, deferred.left.minor().into());
        Ok(Write::put(deferred_key(self.scope, invoice.id), &row)?.when(is_as_read))
    }
}

/// What is still to be earned when `day` begins. What credit notes took back is of the last days of each line.
fn left(invoice: &Invoice, day: Date, deferred: &Deferred) -> Result<Money, SettlementError> {
    let by_days = invoice.unearned_by_line(day)?;
    let all = Money::sum(invoice.currency, by_days.iter().copied())?;
    if deferred.taken_back.is_zero() {
        // Below zero it is a credit for days to come.
        return Ok(all);
    }
    let nothing = Money::zero(invoice.currency);
    let mut left = nothing;
    for (at, unearned) in by_days.into_iter().enumerate() {
        let taken = deferred.taken_by_line.get(at).copied().unwrap_or(nothing);
        let of_line = unearned.checked_sub(taken)?;
        let is_used_up = of_line.is_negative() && !taken.is_zero();
        left = left.checked_add(if is_used_up { nothing } else { of_line })?;
    }
    // Deductions for days to come may end before what they are taken off.
    Ok(Money::new(left.minor().clamp(0, deferred.left.minor().max(0)), invoice.currency))
}

fn start_of(invoice: &Invoice, day: Date) -> Result<kernel::Timestamp, SettlementError> {
    invoice.seller.zone.start_of(day).map_err(|_| InvoiceError::OutOfTime.into())
}
