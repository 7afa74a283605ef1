//! What is due of a file, as it is now: an upload that never came or whose message was lost, or the end of one that was deleted.
//!
//! Round trips: one read, for an upload one look into the bucket, then those of what is done.

use cloud::Ctx;
use files::{FileRejection, StoredFileState, StoredFiles, quarantine_path};
use kernel::FileId;
use table::agenda::{self, Due, DueKind};

use crate::{
    FileWorkError,
    purge::purge,
    take_in::{refuse, take_in},
};

/// Does it.
pub(crate) async fn do_due(ctx: &Ctx, due: Due) -> Result<(), FileWorkError> {
    if due.kind != DueKind::FileWork {
        return Err(FileWorkError::Elsewhere(due.kind.as_str()));
    }
    let (scope, id) = (due.scope(), due.thing::<FileId>()?);
    let Some(file) = StoredFiles::new(ctx.table(), scope).get(id).await? else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    let Some(at) = file.due_at() else { return Ok(agenda::finish(ctx.table(), &due).await?) };
    if at > ctx.now() {
        return Ok(agenda::postpone(ctx.table(), &due, at).await?);
    }
    match file.state {
        StoredFileState::Pending { .. } | StoredFileState::Uploaded { .. } => {
            if ctx.object_size(&quarantine_path(scope.tenant(), id)).await?.is_some() {
                take_in(ctx, scope, id).await
            } else {
                refuse(ctx, scope, id, FileRejection::NotUploaded).await
            }
        }
        StoredFileState::Deleted { .. } | StoredFileState::Purging { .. } => purge(ctx, scope, id).await,
        StoredFileState::Ready { .. } | StoredFileState::Rejected { .. } => {
            Ok(agenda::finish(ctx.table(), &due).await?)
        }
    }
}
