//! Where imports are kept: `PRODUCTIMPORTS` / `<pim id>`, and `PRODUCTIMPORT#<pim id>` / `LINE#<line>` for each row of the report,
//! for 30 days. The file is in the store of objects, among what goes by itself after two days.

use kernel::{ProductImportId, Timestamp};
use table::{
    Condition, Query, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{ImportError, ImportedRow, ProductImport, RowOutcome, imports::import::KNOWN};

/// The imports of one tenant.
#[derive(Clone, Copy)]
pub struct ProductImports<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> ProductImports<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One import. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: ProductImportId) -> Result<Option<ProductImport>, TableError> {
        self.table.get(&self.scope.key("PRODUCTIMPORTS", id)).await?.map(from_item).transpose()
    }

    /// Whether none is being done. One query.
    ///
    /// # Errors
    /// The inner one is for the caller: `Running`; those of the table.
    pub async fn none_runs(&self, now: Timestamp) -> Result<Result<(), ImportError>, TableError> {
        let query = Query::partition(self.scope.partition("PRODUCTIMPORTS"));
        let known = pages::readable::<ProductImport>(self.table, query).await?;
        let runs = known.iter().any(|import| import.is_in_the_way(now));
        Ok(if runs { Err(ImportError::Running) } else { Ok(()) })
    }

    /// The report, in the order of the lines; of one outcome alone when that is asked for. One query, up to ten with a filter.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn report(
        &self,
        id: ProductImportId,
        outcome: Option<RowOutcome>,
        request: &PageRequest,
    ) -> Result<Listed<ImportedRow>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("PRODUCTIMPORT#{id}")));
        let keep = |row: &ImportedRow| outcome.is_none_or(|outcome| row.outcome == outcome);
        pages::page(self.table, query, request, keep).await
    }

    /// Adds a new import, or the next version of one. The slot is that of the write that fails when another came first.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, import: &ProductImport) -> Result<Slot, TableError> {
        let row = Write::put(self.scope.key("PRODUCTIMPORTS", import.id), import)?;
        let row = row.ttl(import.requested_at.plus(KNOWN)).when(Condition::follows(import.version));
        Ok(transaction.add(row))
    }

    /// Adds rows of the report.
    ///
    /// # Errors
    /// `Corrupt` when one does not serialise.
    pub fn insert_rows(
        &self,
        transaction: &mut Transaction,
        import: &ProductImport,
        rows: &[ImportedRow],
    ) -> Result<(), TableError> {
        for row in rows {
            let place = format!("LINE#{:08}", row.line);
            let key = self.scope.key(format_args!("PRODUCTIMPORT#{}", import.id), place);
            transaction.add(Write::put(key, row)?.ttl(import.requested_at.plus(KNOWN)));
        }
        Ok(())
    }

    /// Where the file of an import is.
    pub fn file(&self, id: ProductImportId) -> String {
        format!("exports/{}/imports/{id}.csv", self.scope.tenant())
    }
}
