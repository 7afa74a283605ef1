//! What money does across domains, in one place: an invoice is issued, settled, paid from the balance, credited, written off or
//! voided, a payment is refunded, money is withdrawn, and what was charged in advance is earned.
//!
//! Each movement adds its writes to one transaction: the changed invoice or payment, the entries of the journal, and the
//! balances of the party. Events belong into the same transaction and are the caller's, who knows the request. A movement
//! reads nothing: the caller loads what it decides about, and decides anew when the transaction was cancelled.

mod beside;
mod credit;
mod error;
mod facts;
#[cfg(test)]
mod golden;
mod issue;
mod pay;
mod recognise;
mod refund;
mod settle;
mod void;
mod withdraw;
mod write_off;

use kernel::{Currency, JournalId, Money, Party, Timestamp};
use ledger::{Journal, JournalEntry, PartyBalance, Posted, Stamp};
use table::{Table, TableError, TenantScope, Transaction};

pub use beside::BesideInvoice;
pub use credit::{CreditDecided, Credited};
pub use error::SettlementError;
pub use issue::{IssuePosted, from_balance};
pub use pay::PaidFromBalance;
pub use recognise::{Deferred, Recognised, deferred};
pub use refund::Refunded;
pub use settle::Settled;
pub use void::Voided;
pub use withdraw::WithdrawalStored;
pub use write_off::WrittenOff;

/// Where and when money moves.
#[derive(Clone, Copy)]
pub struct Settlement<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
    now: Timestamp,
    journal_id: &'a (dyn Fn() -> JournalId + Sync),
    stays: Option<Money>,
}

impl<'a> Settlement<'a> {
    /// In the books of the tenant of `scope`; each entry of the journal gets an id of `journal_id`.
    pub fn new(
        table: &'a dyn Table,
        scope: TenantScope,
        now: Timestamp,
        journal_id: &'a (dyn Fn() -> JournalId + Sync),
    ) -> Self {
        Self { table, scope, now, journal_id, stays: None }
    }

    /// The same, where what is taken off a balance in this currency leaves at least so much on it.
    #[must_use]
    pub const fn leaving(self, stays: Money) -> Self {
        Self { stays: Some(stays), ..self }
    }

    /// What a party has in a currency. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn balance_of(&self, party: Party, currency: Currency) -> Result<PartyBalance, TableError> {
        Journal::new(self.table, self.scope).balance_of(party, currency).await
    }

    fn stamp(&self) -> Stamp {
        Stamp { id: (self.journal_id)(), at: self.now }
    }

    fn post(&self, transaction: &mut Transaction, entries: &[JournalEntry]) -> Result<Posted, TableError> {
        let journal = Journal::new(self.table, self.scope);
        self.stays.map_or(journal, |stays| journal.leaving(stays)).post(transaction, entries)
    }
}
