//! A file is gone for good: its row, its room, and its bytes unless other files have them.
//!
//! The bytes go after the transaction that lets them go, which leaves their folder in the file's row: whoever dies in between leaves
//! it on the agenda, and nobody can join bytes that are about to go. Round trips: two reads and one transaction, for the last file
//! of a content, and for what never was one, one list and one deletion for each object more, one read, one transaction.

use cloud::Ctx;
use files::{KeptAt, StoredFile, StoredFileState, StoredFiles, quarantine_path};
use kernel::FileId;
use table::{Race, TenantScope, Transaction, until_settled};
use tenancy::limits::KeptFiles;

use crate::{
    FileWorkError,
    take_in::{committed, delete_folder},
};

/// Takes a file away, however it stands.
pub(crate) async fn purge(ctx: &Ctx, scope: TenantScope, id: FileId) -> Result<(), FileWorkError> {
    let stored = StoredFiles::new(ctx.table(), scope);
    until_settled(
        || FileWorkError::Outrun,
        || async {
            let Some(file) = stored.get(id).await? else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            match &file.state {
                StoredFileState::Pending { .. } | StoredFileState::Uploaded { .. } => {
                    let path = quarantine_path(scope.tenant(), id);
                    KeptFiles::new(ctx.table(), scope).release(&mut transaction, &path, ctx.now()).await?;
                    stored.delete(&mut transaction, &file);
                    let gone = committed(ctx, transaction).await?.map(());
                    if matches!(gone, Race::Settled(())) {
                        // It never had a content: what is there was left by somebody who died.
                        delete_folder(ctx, &file.own_folder()).await?;
                    }
                    ctx.delete_object(&path).await?;
                    Ok(gone)
                }
                StoredFileState::Rejected { .. } => {
                    stored.delete(&mut transaction, &file);
                    delete_folder(ctx, &file.own_folder()).await?;
                    Ok(committed(ctx, transaction).await?.map(()))
                }
                StoredFileState::Ready { kept, .. } | StoredFileState::Deleted { kept, .. } => {
                    leave(ctx, &stored, (&file, kept), scope).await
                }
                StoredFileState::Purging { home, .. } => {
                    delete_folder(ctx, home).await?;
                    stored.delete(&mut transaction, &file);
                    Ok(committed(ctx, transaction).await?.map(()))
                }
            }
        },
    )
    .await
}

/// Lets the content of a file go. When no other file has it, the file is looked at once more for its bytes.
async fn leave(
    ctx: &Ctx,
    stored: &StoredFiles<'_>,
    (file, kept): (&StoredFile, &KeptAt),
    scope: TenantScope,
) -> Result<Race<()>, FileWorkError> {
    let mut transaction = Transaction::new();
    let content = stored.content(file.owner, &kept.sha256).await?;
    if let Some(left) = content.as_ref().and_then(files::StoredContent::left) {
        stored.save_content(&mut transaction, &left)?;
        stored.delete(&mut transaction, file);
        return Ok(committed(ctx, transaction).await?.map(()));
    }
    if let Some(content) = content {
        stored.delete_content(&mut transaction, &content);
    }
    KeptFiles::new(ctx.table(), scope).release(&mut transaction, &kept.home, ctx.now()).await?;
    stored.save(&mut transaction, Some(file), &file.purging(kept.home.clone(), ctx.now()))?;
    committed(ctx, transaction).await?;
    Ok(Race::Lost)
}
