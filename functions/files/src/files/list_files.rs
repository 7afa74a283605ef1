//! `GET /api/v1/files`: the caller's own files, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, with a filter up to ten;
//! for a customer's own a batch of reads for each.

use axum::extract::State;
use files::{FileStatus, FileVisibility, StoredFile, StoredFiles};
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
    /// Those that these may see; all when left out. A customer who asks for `tenant` or `public` gets what the organisation has for
    /// all of them and is ready.
    pub visibility: Option<FileVisibility>,
}

/// List files
///
/// A customer sees their own, a member those of the organisation. With `visibility=tenant` or `public` a customer sees what the
/// organisation has for all of them.
#[utoipa::path(get, path = "/api/v1/files", responses((status = 200, body = PageOf<FileView>)))]
pub async fn list_files(
    State(api): State<Api>,
    caller: Caller<FilesRead>,
    pager: Pager,
    QueryString(query): QueryString<FilesQuery>,
) -> Result<Reply, Problem> {
    let stored = StoredFiles::new(api.table(), caller.scope);
    let stands_so = |file: &StoredFile| match (query.status, file.status()) {
        (_, None) => false,
        (None, Some(status)) => status != FileStatus::Deleted,
        (Some(wanted), Some(status)) => status == wanted,
    };
    let is_wanted =
        |file: &StoredFile| stands_so(file) && query.visibility.is_none_or(|wanted| file.visibility == wanted);
    let is_for_all =
        |file: &StoredFile| is_wanted(file) && file.owner.is_none() && file.status() == Some(FileStatus::Ready);
    let page = match (caller.reach, query.visibility) {
        (Reach::Tenant, _) => stored.list(&pager.request(), is_wanted).await?,
        (Reach::Own, Some(FileVisibility::Tenant | FileVisibility::Public)) => {
            stored.list(&pager.request(), is_for_all).await?
        }
        (Reach::Own, None | Some(FileVisibility::Private)) => {
            stored.list_of(caller.user, &pager.request(), is_wanted).await?
        }
    };
    Reply::page(page.items.iter().map(|file| FileView::of(file, &api)).collect(), pager.info(&api, page.last)?)
}
