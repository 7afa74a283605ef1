//! Where exports are kept: `EXPORTS` / `<exp id>` in the tenant's partitions, for 30 days; and which was asked for last:
//! `TENANT` / `EXPORT`, so that of two that are asked for at once one is made.

use kernel::{TenantExportId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::privacy::export::{ExportError, ExportStatus, KNOWN, TenantExport};

/// The exports of one tenant.
#[derive(Clone, Copy)]
pub struct TenantExports<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// Which export was asked for last, as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NewestExport {
    export: TenantExportId,
    version: u64,
}

impl Record for NewestExport {
    const ROWS: &'static [&'static str] = &["TENANT / EXPORT"];
}

/// Room for a new export: none was being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportRoom {
    /// How many there were before.
    before: u64,
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

    /// Room for a new export, unless one is being made. Two reads, one for the first export.
    ///
    /// # Errors
    /// The inner one is for the caller: `Running`; those of the table.
    pub async fn room(&self, now: Timestamp) -> Result<Result<ExportRoom, ExportError>, TableError> {
        let newest = self.table.get(&self.newest_key()).await?.map(from_item::<NewestExport>).transpose()?;
        let Some(newest) = newest else { return Ok(Ok(ExportRoom { before: 0 })) };
        let known = self.get(newest.export).await?;
        let runs = known.is_some_and(|export| export.status_at(now) == ExportStatus::Running);
        Ok(if runs { Err(ExportError::Running) } else { Ok(ExportRoom { before: newest.version }) })
    }

    /// Adds a new export to a transaction, which fails when another was asked for since there was room.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(
        &self,
        transaction: &mut Transaction,
        room: ExportRoom,
        export: &TenantExport,
    ) -> Result<Slot, TableError> {
        let newest = NewestExport { export: export.id, version: room.before + 1 };
        let row = Write::put(self.newest_key(), &newest)?.when(Condition::follows(newest.version));
        transaction.add(row);
        self.save(transaction, export)
    }

    /// Adds the next version of an export. The slot is that of the write that fails when another came first.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, export: &TenantExport) -> Result<Slot, TableError> {
        let row = Write::put(self.scope.key("EXPORTS", export.id), export)?;
        let row = row.ttl(export.requested_at.plus(KNOWN)).when(Condition::follows(export.version));
        Ok(transaction.add(row))
    }

    fn newest_key(&self) -> Key {
        self.scope.key("TENANT", "EXPORT")
    }
}
