//! Where recurring invoices are kept.
//!
//! `REC#<id>` / `REC`, listed in GSI1 under `REC` by id. The agenda has the day of the next invoice.

use kernel::{CustomerId, RecurringInvoiceId};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item,
    pages::{self, Listed, PageRequest},
};

use crate::RecurringInvoice;

/// The recurring invoices of one tenant.
#[derive(Clone, Copy)]
pub struct RecurringInvoices<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl Record for RecurringInvoice {
    const ROWS: &'static [&'static str] = &["REC#{recurring} / REC"];
}

impl<'a> RecurringInvoices<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One by its id. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: RecurringInvoiceId) -> Result<Option<RecurringInvoice>, TableError> {
        self.table.get(&key(self.scope, id)).await?.map(from_item).transpose()
    }

    /// A page of them, newest first; of one customer only those that are of it.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        customer: Option<CustomerId>,
        request: &PageRequest,
    ) -> Result<Listed<RecurringInvoice>, TableError> {
        let query = Query::gsi1(self.scope.partition("REC")).descending();
        let keep = |one: &RecurringInvoice| customer.is_none_or(|customer| one.customer_id == customer);
        pages::page(self.table, query, request, keep).await
    }

    /// Adds a new one, and puts its first day on the agenda. Two writes.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(
        transaction: &mut Transaction,
        scope: TenantScope,
        new: &RecurringInvoice,
    ) -> Result<Slot, TableError> {
        schedule(transaction, scope, new)?;
        Ok(transaction.add(row(scope, new)?.when(Condition::NotExists)))
    }

    /// Writes the next version, and its next day on the agenda. Two writes.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(
        transaction: &mut Transaction,
        scope: TenantScope,
        changed: &RecurringInvoice,
    ) -> Result<Slot, TableError> {
        schedule(transaction, scope, changed)?;
        Ok(transaction.add(row(scope, changed)?.when(Condition::VersionIs(changed.version - 1))))
    }

    /// Takes one away, and off the agenda; it fails unless the stored one is this version. Two writes.
    pub fn delete(transaction: &mut Transaction, scope: TenantScope, read: &RecurringInvoice) -> Slot {
        agenda::clear(transaction, scope, DueKind::RecurringInvoice, read.id);
        transaction.add(Write::delete(key(scope, read.id)).when(Condition::VersionIs(read.version)))
    }
}

fn schedule(transaction: &mut Transaction, scope: TenantScope, one: &RecurringInvoice) -> Result<(), TableError> {
    match one.due_at().map_err(|error| TableError::Corrupt(error.to_string()))? {
        Some(at) => agenda::set(transaction, scope, DueKind::RecurringInvoice, one.id, at)?,
        None => agenda::clear(transaction, scope, DueKind::RecurringInvoice, one.id),
    };
    Ok(())
}

fn row(scope: TenantScope, one: &RecurringInvoice) -> Result<Write, TableError> {
    Ok(Write::put(key(scope, one.id), one)?.gsi1(scope.gsi1("REC", one.id)))
}

fn key(scope: TenantScope, id: RecurringInvoiceId) -> Key {
    scope.key(format_args!("REC#{id}"), "REC")
}
