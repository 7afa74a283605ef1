//! `GET /api/v1/files/{id}`: how a file stands.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use files::StoredFiles;
use kernel::FileId;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{
    FilesRead,
    files::{file_view::FileView, sight::seen},
};

/// Get a file
///
/// How it stands: fetch it once it is `ready`. Why a file was `rejected` is known for 30 days.
#[utoipa::path(get, path = "/api/v1/files/{id}", responses((status = 200, body = Envelope<FileView>)))]
pub async fn get_file(State(api): State<Api>, caller: Caller<FilesRead>, Id(id): Id<FileId>) -> Result<Reply, Problem> {
    let found = StoredFiles::new(api.table(), caller.scope).get(id).await?;
    Reply::ok(&FileView::of(&seen(&caller, found)?, &api))
}
