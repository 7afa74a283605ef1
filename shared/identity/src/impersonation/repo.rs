//! Where it is kept that staff acted as users: `IMPERSONATIONS` / `<id>`, which sorts by when each began. The rows go by themselves
//! after 400 days, as the audit trail does.

use jiff::SignedDuration;
use kernel::ImpersonationId;
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::Impersonation;

impl Record for Impersonation {
    const ROWS: &'static [&'static str] = &["IMPERSONATIONS / {impersonation}"];
}

/// How long it is kept who acted as whom, and why.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Those of one tenant.
#[derive(Clone, Copy)]
pub struct Impersonations<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Impersonations<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One by its id. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: ImpersonationId) -> Result<Option<Impersonation>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// The newest first. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<Impersonation>, TableError> {
        let query = Query::partition(self.scope.partition("IMPERSONATIONS")).descending();
        pages::page(self.table, query, request, |_| true).await
    }

    /// Adds one that begins to a transaction.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, begun: &Impersonation) -> Result<Slot, TableError> {
        Ok(transaction.add(self.row(begun)?.when(Condition::NotExists)))
    }

    /// Adds one that changed to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, changed: &Impersonation) -> Result<Slot, TableError> {
        Ok(transaction.add(self.row(changed)?.when(Condition::follows(changed.version))))
    }

    fn row(&self, one: &Impersonation) -> Result<Write, TableError> {
        Ok(Write::put(self.key(one.id), one)?.ttl(one.started_at.plus(KEPT)))
    }

    fn key(&self, id: ImpersonationId) -> Key {
        self.scope.key("IMPERSONATIONS", id)
    }
}
