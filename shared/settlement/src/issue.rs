//! Issuing an invoice: the party owes it, less what its balance pays at once. One that gives back more than it asks for
//! leaves a surplus, which first pays what is still owed of what it gives back.

use billing::{BalanceUse, Invoice, InvoiceError, InvoiceStatus, Invoices, first_step_at};
use kernel::Timestamp;
use ledger::{JournalEntry, Owed, PartyBalance, Posted, balance_applied, invoice_issued};
use table::{
    Cancelled, Slot, Transaction,
    agenda::{self, DueKind},
};

use crate::{Settlement, SettlementError, facts};

/// An invoice that is about to be issued, paid from the balance of its party as far as that goes, where it is to be.
///
/// # Errors
/// `Money`.
pub fn from_balance(
    invoice: Invoice,
    balance: &PartyBalance,
    is_used: BalanceUse,
    at: Timestamp,
) -> Result<Invoice, InvoiceError> {
    let (due, there) = (invoice.amount_due(), balance.balance);
    if is_used == BalanceUse::Left || there.currency() != due.currency() || there.minor() < 1 || due.minor() < 1 {
        return Ok(invoice);
    }
    let version = invoice.version;
    let used = if there.minor() < due.minor() { there } else { due };
    // It is written for the first time, whatever was done to it before.
    Ok(Invoice { version, ..invoice.apply_credit(used, at)?.invoice })
}

/// An invoice whose issue is posted.
#[derive(Clone, Debug, Default)]
pub struct IssuePosted {
    /// Those that its surplus paid whole.
    pub settled: Vec<Invoice>,
    paid: Vec<Slot>,
    posted: Posted,
}

impl IssuePosted {
    /// Whether the transaction was cancelled because less is on the balance than was, or an invoice changed that the
    /// surplus pays: read again and decide again.
    pub fn lost_a_race(&self, cancelled: &Cancelled) -> bool {
        self.posted.overdrew(cancelled) || self.paid.iter().any(|slot| cancelled.failed(*slot).is_some())
    }
}

impl Settlement<'_> {
    /// Posts an invoice that is being issued, takes from the balance what [`from_balance`] paid of it, and puts on the agenda
    /// what it charges in advance and the day on which it is overdue. Its own rows, number and guard are the issuer's, in the same transaction. Its surplus
    /// pays `owed`, as they are now, one after the other; the rest stays on the balance.
    ///
    /// # Errors
    /// `Invoice(OutOfTime)`, `Ledger`, `Table(Corrupt)`.
    pub fn issue(
        &self,
        transaction: &mut Transaction,
        invoice: &Invoice,
        owed: Vec<Invoice>,
    ) -> Result<IssuePosted, SettlementError> {
        let mut entries = Vec::from_iter(invoice_issued(self.stamp(), &facts::issued(invoice)?)?);
        if !invoice.credits_applied.is_zero() {
            let (party, used) = (facts::party(invoice), invoice.credits_applied);
            entries.push(balance_applied(self.stamp(), invoice.id, party, Owed::Yes, used)?);
        }
        let mut issued = self.pay_from_surplus(transaction, invoice, owed, &mut entries)?;
        self.defer(transaction, invoice)?;
        if let Some(at) = first_step_at(invoice).map_err(|_| InvoiceError::OutOfTime)? {
            agenda::set(transaction, self.scope, DueKind::InvoiceDunning, invoice.id, at)?;
        }
        issued.posted = self.post(transaction, &entries)?;
        Ok(issued)
    }

    fn pay_from_surplus(
        &self,
        transaction: &mut Transaction,
        invoice: &Invoice,
        owed: Vec<Invoice>,
        entries: &mut Vec<JournalEntry>,
    ) -> Result<IssuePosted, SettlementError> {
        let (mut left, mut issued) = (invoice.surplus, IssuePosted::default());
        for other in owed {
            if left.is_zero() || other.amount_due().is_zero() || facts::party(&other) != facts::party(invoice) {
                continue;
            }
            let (id, stands) = (other.id, facts::owed(&other));
            let applied = other.pay_from_balance(left, self.now)?;
            entries.push(balance_applied(self.stamp(), id, facts::party(invoice), stands, applied.applied)?);
            issued.paid.push(Invoices::save(transaction, self.scope, &applied.invoice)?);
            issued.settled.extend(Some(applied.invoice).filter(|paid| paid.status() == InvoiceStatus::Paid));
            left = applied.surplus;
        }
        Ok(issued)
    }
}
