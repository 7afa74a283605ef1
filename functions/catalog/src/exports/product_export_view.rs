//! An export of products, as callers see it.

use catalogue::{ProductExport, ProductExportState, ProductExportStatus};
use kernel::{ProductExportId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// An export of all products into a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductExportView {
    pub id: ProductExportId,
    pub status: ProductExportStatus,
    /// Who asked for it.
    pub requested_by: UserId,
    /// When.
    pub requested_at: Timestamp,
    /// How many products the file has, once it was made.
    #[schema(example = 4200)]
    pub products: Option<u32>,
    /// The size of the file, once it was made.
    #[schema(example = 1_048_576)]
    pub size_bytes: Option<u64>,
    /// Until when the file is there: a day.
    pub expires_at: Option<Timestamp>,
}

impl ProductExportView {
    pub(crate) fn at(export: &ProductExport, now: Timestamp) -> Self {
        let made = match export.state {
            ProductExportState::Ready { products, size_bytes, .. } => Some((products, size_bytes)),
            ProductExportState::Running | ProductExportState::Failed { .. } => None,
        };
        Self {
            id: export.id,
            status: export.status_at(now),
            requested_by: export.requested_by,
            requested_at: export.requested_at,
            products: made.map(|(products, _)| products),
            size_bytes: made.map(|(_, size_bytes)| size_bytes),
            expires_at: export.kept_until(),
        }
    }
}
