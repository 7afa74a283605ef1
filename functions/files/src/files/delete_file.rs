//! `DELETE /api/v1/files/{id}`: a file is fetched no more, and gone for good after 30 days.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, for a file that is not
//! ready one more, one transaction; all but the first again for every race that is lost.

use axum::extract::State;
use events::file::{FileDeleted, FileRejected};
use files::{FileRejection, StoredFileState, StoredFiles, quarantine_path};
use kernel::FileId;
use table::{Race, TransactError, Transaction, until_settled};
use tenancy::limits::KeptFiles;
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{
    FILE_DELETED, FilesWrite,
    files::{file_view::FileView, sight::held},
};

/// Delete a file
///
/// It is fetched no more, can be restored for 30 days, and counts as stored until then. A file whose bytes are not looked at yet is
/// `rejected` instead, and its room is free at once. Twice is the same as once.
#[utoipa::path(
    delete, path = "/api/v1/files/{id}",
    responses((status = 200, body = Envelope<FileView>), (status = 409, description = "CONFLICT"))
)]
pub async fn delete_file(
    State(api): State<Api>,
    caller: Caller<FilesWrite>,
    info: RequestInfo,
    Id(id): Id<FileId>,
) -> Result<Reply, Problem> {
    let stored = StoredFiles::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let file = held(&caller, stored.get(id).await?)?;
        let now = api.now();
        let Some(after) = file.deleted(now) else { return Ok(Race::Settled(Reply::ok(&FileView::of(&file, &api))?)) };
        let mut transaction = Transaction::new();
        stored.save(&mut transaction, Some(&file), &after)?;
        if let StoredFileState::Rejected { .. } = after.state {
            let kept = KeptFiles::new(api.table(), caller.scope);
            kept.release(&mut transaction, &quarantine_path(caller.tenant(), id), now).await?;
            let told = FileRejected { file_id: id, reason: FileRejection::Withdrawn.as_str().to_owned() };
            api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
        } else {
            let told = FileDeleted { file_id: id };
            api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
        }
        caller.entry(&api, &info, FILE_DELETED).about(id).insert(&mut transaction, caller.scope)?;
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(Reply::ok(&FileView::of(&after, &api))?)),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}
