//! Where exports are kept: `EXPORTS` / `<exp id>` in the tenant's partition, for 30 days.

use kernel::{TenantExportId, Timestamp};
use table::{Condition, Query, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, pages};

use crate::privacy::export::{ExportError, ExportStatus, KNOWN, TenantExport};

/// The exports of one tenant.
#[derive(Clone, Copy)]
pub struct TenantExports<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> TenantExports<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One export. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: TenantExportId) -> Result<Option<TenantExport>, TableError> {
        self.table.get(&self.scope.key("EXPORTS", id)).await?.map(from_item).transpose()
    }

    /// Whether none is being made. One query.
    ///
    /// # Errors
    /// The inner one is for the caller: `Running`; those of the table.
    pub async fn none_runs(&self, now: Timestamp) -> Result<Result<(), ExportError>, TableError> {
        let query = Query::partition(self.scope.partition("EXPORTS"));
        let known = pages::readable::<TenantExport>(self.table, query).await?;
        let runs = known.iter().any(|export| export.status_at(now) == ExportStatus::Running);
        Ok(if runs { Err(ExportError::Running) } else { Ok(()) })
    }

    /// Adds a new export, or the next version of one. The slot is that of the write that fails when another came first.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, export: &TenantExport) -> Result<Slot, TableError> {
        let row = Write::put(self.scope.key("EXPORTS", export.id), export)?;
        let row = row.ttl(export.requested_at.plus(KNOWN)).when(Condition::follows(export.version));
        Ok(transaction.add(row))
    }
}
