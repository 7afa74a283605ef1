//! Where credit notes are kept.
//!
//! `CRN#<id>` / `CRN`, listed by tenant in GSI1 by the instant of its issue. Beside each: the marker `CRNNO#<month>` / `<place>`,
//! one per number; the pointers `CRNINV#<invoice>` / `CRN#<id>` and `CUSTOMER#<party>` / `CRN#<id>`. The last place given in a
//! month is `CRNSEQ#<month>` / `SEQ`.

use kernel::{CreditNoteId, InvoiceId, Owned, Party};
use serde::{Deserialize, Serialize};
use table::{
    Cancelled, Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{
    CreditNote, CreditNoteNumber, Month,
    invoices::repo::{last_place, take_place},
    subscriptions::repo::customer,
};

/// The credit notes of one tenant.
#[derive(Clone, Copy)]
pub struct CreditNotes<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// A row that only says which credit note it stands for: number marker, the invoice's and the customer's pointers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreditNotePointer {
    credit_note: CreditNoteId,
}

impl Record for CreditNote {
    const ROWS: &'static [&'static str] = &["CRN#{credit_note} / CRN"];
}

impl Record for CreditNotePointer {
    const ROWS: &'static [&'static str] =
        &["CRNNO#{month} / {place}", "CRNINV#{invoice} / CRN#{credit_note}", "CUSTOMER#{party} / CRN#{credit_note}"];
}

/// Which credit notes a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditNotesOf {
    /// The whole tenant.
    Tenant,
    /// One customer.
    Customer(Party),
    /// One invoice.
    Invoice(InvoiceId),
}

impl<'a> CreditNotes<'a> {
    /// The credit notes of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One by its id, closed until it is known who asks.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: CreditNoteId) -> Result<Option<Owned<CreditNote>>, TableError> {
        let note: Option<CreditNote> = self.table.get(&key(self.scope, id)).await?.map(from_item).transpose()?;
        Ok(note.map(|note| Owned::new(note.bill_to.party, note)))
    }

    /// Newest first; the tenant's list may lag by a moment.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, of: CreditNotesOf, request: &PageRequest) -> Result<Listed<CreditNote>, TableError> {
        let pointers = match of {
            CreditNotesOf::Tenant => {
                let query = Query::gsi1(self.scope.partition("CRN")).descending();
                return pages::page(self.table, query, request, |_| true).await;
            }
            CreditNotesOf::Customer(party) => {
                Query::partition(self.scope.partition(customer(party))).begins_with("CRN#")
            }
            CreditNotesOf::Invoice(id) => Query::partition(self.scope.partition(format_args!("CRNINV#{id}"))),
        };
        let place = |pointer: &CreditNotePointer| key(self.scope, pointer.credit_note);
        pages::pointed(self.table, pointers.descending(), request, place, |_| true).await
    }

    /// Those of these ids that are there.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_many(&self, ids: &[CreditNoteId]) -> Result<Vec<CreditNote>, TableError> {
        let keys: Vec<Key> = ids.iter().map(|id| key(self.scope, *id)).collect();
        pages::all_of(self.table, &keys).await
    }

    /// The number that comes next in a month. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn next_number(&self, month: Month) -> Result<CreditNoteNumber, TableError> {
        let place = last_place(self.table.get(&sequence_key(self.scope, month)).await?)?;
        CreditNoteNumber::new(month, place + 1).map_err(|error| TableError::Corrupt(error.to_string()))
    }

    /// Adds a credit note under its number, which must be the next one. Five writes.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(
        transaction: &mut Transaction,
        scope: TenantScope,
        note: &CreditNote,
    ) -> Result<CreditNoteSlot, TableError> {
        let number = note.number;
        let sequence = transaction.add(take_place(sequence_key(scope, number.month()), number.place()));
        let listed = scope.gsi1("CRN", format_args!("{}#{}", note.created_at, note.id));
        transaction.add(Write::put(key(scope, note.id), note)?.gsi1(listed).when(Condition::NotExists));
        let pointer = CreditNotePointer { credit_note: note.id };
        let of_note = format!("CRN#{}", note.id);
        for key in [
            // Padded so that the markers of a month sort by their place.
            scope.key(format_args!("CRNNO#{}", number.month()), format_args!("{:010}", number.place())),
            scope.key(format_args!("CRNINV#{}", note.invoice), &of_note),
            scope.key(customer(note.bill_to.party), &of_note),
        ] {
            transaction.add(Write::put(key, &pointer)?.when(Condition::NotExists));
        }
        Ok(CreditNoteSlot(sequence))
    }
}

/// The place of a credit note's number in its transaction.
#[derive(Clone, Copy, Debug)]
pub struct CreditNoteSlot(Slot);

impl CreditNoteSlot {
    /// Whether the transaction was cancelled because another credit note took the number.
    pub fn lost_a_race(self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.0).is_some()
    }
}

fn key(scope: TenantScope, id: CreditNoteId) -> Key {
    scope.key(format_args!("CRN#{id}"), "CRN")
}

fn sequence_key(scope: TenantScope, month: Month) -> Key {
    scope.key(format_args!("CRNSEQ#{month}"), "SEQ")
}
