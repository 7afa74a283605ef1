//! `GET /api/v1/files`: the caller's own files, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, with a filter up to ten;
//! for a customer a batch of reads for each.

use axum::extract::State;
use files::{FileStatus, StoredFile, StoredFiles};
use identity::Reach;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply};

use crate::{FilesRead, files::file_view::FileView};

/// Which files.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FilesQuery {
    /// Those that stand so; all but deleted ones when left out.
    pub status: Option<FileStatus>,
}

/// List files
///
/// A customer sees their own, a member those of the organisation.
#[utoipa::path(get, path = "/api/v1/files", responses((status = 200, body = PageOf<FileView>)))]
pub async fn list_files(
    State(api): State<Api>,
    caller: Caller<FilesRead>,
    pager: Pager,
    QueryString(query): QueryString<FilesQuery>,
) -> Result<Reply, Problem> {
    let stored = StoredFiles::new(api.table(), caller.scope);
    let is_wanted = |file: &StoredFile| match (query.status, file.status()) {
        (_, None) => false,
        (None, Some(status)) => status != FileStatus::Deleted,
        (Some(wanted), Some(status)) => status == wanted,
    };
    let page = match caller.reach {
        Reach::Tenant => stored.list(&pager.request(), is_wanted).await?,
        Reach::Own => stored.list_of(caller.user, &pager.request(), is_wanted).await?,
    };
    Reply::page(page.items.iter().map(|file| FileView::of(file, &api)).collect(), pager.info(&api, page.last)?)
}
