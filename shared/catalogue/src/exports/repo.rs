//! Where exports of products are kept: `PRODUCTEXPORTS` / `<pex id>`, for 30 days. The file goes by itself after two.

use kernel::{ProductExportId, Timestamp};
use table::{Condition, Query, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, pages};

use crate::{ProductExport, ProductExportError, ProductExportStatus, exports::export::KNOWN};

/// The exports of products of one tenant.
#[derive(Clone, Copy)]
pub struct ProductExports<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> ProductExports<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One export. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: ProductExportId) -> Result<Option<ProductExport>, TableError> {
        self.table.get(&self.scope.key("PRODUCTEXPORTS", id)).await?.map(from_item).transpose()
    }

    /// Whether none is being made. One query.
    ///
    /// # Errors
    /// The inner one is for the caller: `Running`; those of the table.
    pub async fn none_runs(&self, now: Timestamp) -> Result<Result<(), ProductExportError>, TableError> {
        let query = Query::partition(self.scope.partition("PRODUCTEXPORTS"));
        let known = pages::readable::<ProductExport>(self.table, query).await?;
        let runs = known.iter().any(|export| export.status_at(now) == ProductExportStatus::Running);
        Ok(if runs { Err(ProductExportError::Running) } else { Ok(()) })
    }

    /// Adds a new export, or the next version of one. The slot is that of the write that fails when another came first.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, export: &ProductExport) -> Result<Slot, TableError> {
        let row = Write::put(self.scope.key("PRODUCTEXPORTS", export.id), export)?;
        let row = row.ttl(export.requested_at.plus(KNOWN)).when(Condition::follows(export.version));
        Ok(transaction.add(row))
    }

    /// Where the file of an export is.
    pub fn file(&self, id: ProductExportId) -> String {
        format!("exports/{}/catalogues/{id}.csv", self.scope.tenant())
    }
}
