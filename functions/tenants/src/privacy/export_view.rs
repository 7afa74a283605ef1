//! An export, as callers see it.

use kernel::{TenantExportId, Timestamp, UserId};
use serde::Serialize;
use tenancy::{ExportState, ExportStatus, TenantExport};
use utoipa::ToSchema;
use web::{Api, Problem};

use crate::privacy::export_link::link_to;

/// An export of all that a tenant has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantExportView {
    pub id: TenantExportId,
    pub status: ExportStatus,
    /// Who asked for it.
    pub requested_by: UserId,
    /// When.
    pub requested_at: Timestamp,
    /// How many rows have been read.
    #[schema(example = 5210)]
    pub rows: u64,
    /// The size of the archive, once it was made.
    #[schema(example = 40960)]
    pub size_bytes: Option<u64>,
    /// Where the archive is, for anybody who has the link; null unless it is `ready`, and for whoever did not sign in within the last
    /// minutes.
    #[schema(format = "uri", example = "https://api.example.com/api/v1/exports/Zm9v")]
    pub download_url: Option<String>,
    /// Until when the archive is there: a day.
    pub expires_at: Option<Timestamp>,
}

/// Whether the link to an archive is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkTo {
    /// To whoever proved lately who they are.
    Archive,
    /// Not to a key or an old session.
    Nothing,
}

impl TenantExportView {
    pub(crate) fn at(api: &Api, export: &TenantExport, link: LinkTo) -> Result<Self, Problem> {
        let status = export.status_at(api.now());
        let is_ready = status == ExportStatus::Ready;
        let link = export
            .kept_until()
            .filter(|_| is_ready && link == LinkTo::Archive)
            .map(|until| link_to(api, export, until));
        Ok(Self {
            id: export.id,
            status,
            requested_by: export.requested_by,
            requested_at: export.requested_at,
            rows: export.rows,
            size_bytes: match export.state {
                ExportState::Ready { size_bytes, .. } => Some(size_bytes),
                ExportState::Reading | ExportState::Packing => None,
            },
            download_url: link.transpose()?,
            expires_at: export.kept_until(),
        })
    }
}
