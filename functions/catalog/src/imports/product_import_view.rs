//! An import, as callers see it.

use catalogue::{ImportStatus, ImportedRow, ProductImport, RowFault, RowOutcome};
use kernel::{ProductImportId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// An import of products from a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductImportView {
    pub id: ProductImportId,
    pub status: ImportStatus,
    /// Who sent the file.
    pub requested_by: UserId,
    /// When.
    pub requested_at: Timestamp,
    /// When it came to its end; null while it is `running`.
    pub ended_at: Option<Timestamp>,
    /// How many rows the file has.
    #[schema(example = 120)]
    pub rows: u32,
    /// How many of them are done, whatever came of them.
    #[schema(example = 60)]
    pub done: u32,
    /// How many made a variant.
    pub created: u32,
    /// How many changed something.
    pub updated: u32,
    /// How many said what was so already.
    pub unchanged: u32,
    /// How many failed: `GET /products/imports/{id}/rows?outcome=failed` says why.
    pub failed: u32,
}

/// What became of one row of a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportedRowView {
    /// The line of the file that the row begins on, from 1.
    #[schema(example = 2)]
    pub line: u64,
    /// The slug, as it stands there.
    #[schema(example = "batik-shirt")]
    pub slug: String,
    /// The SKU, as it stands there.
    #[schema(example = "TEE-M")]
    pub sku: String,
    pub outcome: RowOutcome,
    /// The row's mistakes, if it failed.
    pub errors: Vec<RowFault>,
}

impl From<&ProductImport> for ProductImportView {
    fn from(import: &ProductImport) -> Self {
        Self {
            id: import.id,
            status: import.status,
            requested_by: import.requested_by,
            requested_at: import.requested_at,
            ended_at: import.ended_at,
            rows: import.rows,
            done: import.done(),
            created: import.created,
            updated: import.updated,
            unchanged: import.unchanged,
            failed: import.failed,
        }
    }
}

impl From<ImportedRow> for ImportedRowView {
    fn from(row: ImportedRow) -> Self {
        let ImportedRow { line, slug, sku, outcome, errors } = row;
        Self { line, slug, sku, outcome, errors }
    }
}
