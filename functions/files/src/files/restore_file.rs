//! `POST /api/v1/files/{id}/restore`: a file that was deleted is there again.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one transaction; the last
//! two again for every race that is lost.

use axum::extract::State;
use events::file::FileReady;
use files::{FileStatus, StoredFiles};
use kernel::FileId;
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{
    FILE_RESTORED, FilesWrite,
    files::{file_view::FileView, sight::held},
};

/// Restore a file
///
/// Within 30 days of its deletion. Twice is the same as once.
#[utoipa::path(
    post, path = "/api/v1/files/{id}/restore",
    responses((status = 200, body = Envelope<FileView>), (status = 409, description = "FILE_NOT_DELETED, CONFLICT"))
)]
pub async fn restore_file(
    State(api): State<Api>,
    caller: Caller<FilesWrite>,
    info: RequestInfo,
    Id(id): Id<FileId>,
) -> Result<Reply, Problem> {
    let stored = StoredFiles::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let file = held(&caller, stored.get(id).await?)?;
        if file.status() == Some(FileStatus::Ready) {
            return Ok(Race::Settled(Reply::ok(&FileView::of(&file, &api))?));
        }
        let after = file.restored(api.now())?;
        let mut transaction = Transaction::new();
        stored.save(&mut transaction, Some(&file), &after)?;
        let content_type = after.content_type.media_type().to_owned();
        let told = FileReady { file_id: id, content_type, size_bytes: after.size_bytes };
        api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
        caller.entry(&api, &info, FILE_RESTORED).about(id).insert(&mut transaction, caller.scope)?;
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(Reply::ok(&FileView::of(&after, &api))?)),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}
