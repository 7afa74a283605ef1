//! Takes in what was uploaded: looks at it in quarantine, and keeps it or refuses it.
//!
//! An upload may be told of twice, and its sender may send other bytes to the same place until its form ends. Each look writes to
//! a home that is of the file and the very bytes that it looked at; one transaction decides which of them the file has. Whoever
//! loses clears up what they wrote. What arrives after that is deleted unseen.
//!
//! Round trips: two reads and one transaction, the object, two writes to the bucket and one for each smaller picture, three reads
//! and one transaction (again for each lost race), those of the clearing up, one deletion.

use std::collections::BTreeMap;

use cloud::Ctx;
use events::{
    Cause,
    file::{FileReady, FileRejected},
};
use files::{
    ContentHash, FileRejection, KeptAt, StoredContent, StoredFile, StoredFiles, home_path, owned_folder,
    quarantine_path, variant_path,
};
use kernel::{FileId, RequestId};
use table::{Race, TableError, TenantScope, TransactError, Transaction, until_settled};
use tenancy::limits::KeptFiles;
use tokio::task::spawn_blocking;

use crate::{
    FileWorkError,
    inspect::{Accepted, Verdict, inspect},
};

/// Takes in what there is of a file in quarantine, if it is still waited for.
pub(crate) async fn take_in(ctx: &Ctx, scope: TenantScope, id: FileId) -> Result<(), FileWorkError> {
    let path = quarantine_path(scope.tenant(), id);
    let Some(file) = arrived(ctx, scope, id).await? else {
        // It was decided before, or there is no such file; whoever looked at it before that may have died of it.
        clear_up(ctx, scope, id).await?;
        return Ok(ctx.delete_object(&path).await?);
    };
    match look(ctx, &file, &path).await? {
        // Another message of the same upload took it; if none did, the agenda asks again.
        None => return Ok(()),
        Some(Verdict::Refused(reason)) => refuse(ctx, scope, id, reason).await?,
        Some(Verdict::Accepted(accepted)) => keep(ctx, scope, &file, accepted).await?,
    }
    clear_up(ctx, scope, id).await?;
    Ok(ctx.delete_object(&path).await?)
}

/// The file, noted as uploaded; `None` where nothing is waited for.
async fn arrived(ctx: &Ctx, scope: TenantScope, id: FileId) -> Result<Option<StoredFile>, FileWorkError> {
    let stored = StoredFiles::new(ctx.table(), scope);
    until_settled(
        || FileWorkError::Outrun,
        || async {
            let Some(file) = stored.get(id).await?.filter(StoredFile::is_open) else { return Ok(Race::Settled(None)) };
            let Some(uploaded) = file.arrived(ctx.now()) else { return Ok(Race::Settled(Some(file))) };
            let mut transaction = Transaction::new();
            stored.save(&mut transaction, Some(&file), &uploaded)?;
            Ok(committed(ctx, transaction).await?.map(Some(uploaded)))
        },
    )
    .await
}

/// A look at the bytes; `None` when they are not there any more.
async fn look(ctx: &Ctx, file: &StoredFile, path: &str) -> Result<Option<Verdict>, FileWorkError> {
    let Some(size_bytes) = ctx.object_size(path).await? else { return Ok(None) };
    if size_bytes != file.size_bytes {
        return Ok(Some(Verdict::Refused(FileRejection::Size)));
    }
    let Some(bytes) = ctx.get_object(path).await? else { return Ok(None) };
    let file = file.clone();
    match spawn_blocking(move || inspect(&file, bytes)).await {
        Ok(verdict) => Ok(Some(verdict)),
        Err(error) if error.is_panic() => {
            tracing::error!("a decoder gave up on a picture");
            Ok(Some(Verdict::Refused(FileRejection::Unreadable)))
        }
        Err(_) => Err(FileWorkError::BrokenOff),
    }
}

/// Refuses a file, unless it was decided meanwhile.
pub(crate) async fn refuse(
    ctx: &Ctx,
    scope: TenantScope,
    id: FileId,
    reason: FileRejection,
) -> Result<(), FileWorkError> {
    let (stored, kept) = (StoredFiles::new(ctx.table(), scope), KeptFiles::new(ctx.table(), scope));
    until_settled(
        || FileWorkError::Outrun,
        || async {
            let now = ctx.now();
            let Some(file) = stored.get(id).await? else { return Ok(Race::Settled(())) };
            let Some(rejected) = file.rejected(reason, now) else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            stored.save(&mut transaction, Some(&file), &rejected)?;
            kept.release(&mut transaction, &quarantine_path(scope.tenant(), id), now).await?;
            let told = FileRejected { file_id: id, reason: reason.as_str().to_owned() };
            ctx.insert_event(&mut transaction, scope.tenant(), cause(ctx), rejected.version, &told)?;
            Ok(committed(ctx, transaction).await?.map(()))
        },
    )
    .await
}

/// Keeps a file, unless it was decided meanwhile. Bytes that its owner has already are not kept and counted again.
async fn keep(ctx: &Ctx, scope: TenantScope, file: &StoredFile, accepted: Accepted) -> Result<(), FileWorkError> {
    let (stored, kept) = (StoredFiles::new(ctx.table(), scope), KeptFiles::new(ctx.table(), scope));
    let quarantined = quarantine_path(scope.tenant(), file.id);
    let Accepted { bytes, sha256, pictures } = accepted;
    let own = KeptAt {
        home: file.own_home(&sha256),
        variants: pictures.iter().map(|picture| picture.variant).collect(),
        sha256,
    };
    until_settled(
        || FileWorkError::Outrun,
        || async {
            let Some(now_there) = stored.get(file.id).await?.filter(StoredFile::is_open) else {
                return Ok(Race::Settled(()));
            };
            let mut transaction = Transaction::new();
            let kept_at = if let Some(content) = stored.content(file.owner, &own.sha256).await? {
                stored.save_content(&mut transaction, &content.joined())?;
                kept.release(&mut transaction, &quarantined, ctx.now()).await?;
                content.kept
            } else {
                // First the bytes, then what names them.
                let original = file.content_type.media_type();
                ctx.put_object(&home_path(&own.home), original, bytes.clone()).await?;
                for picture in &pictures {
                    let (variant, bytes) = (picture.variant, picture.bytes.clone());
                    let path = variant_path(&own.home, variant.size);
                    ctx.put_object(&path, variant.content_type.media_type(), bytes).await?;
                }
                stored.save_content(&mut transaction, &StoredContent::new(own.clone(), file.owner))?;
                kept.move_to(&mut transaction, &quarantined, &own.home).await?;
                own.clone()
            };
            let Some(ready) = now_there.ready(kept_at, ctx.now()) else { return Ok(Race::Settled(())) };
            stored.save(&mut transaction, Some(&now_there), &ready)?;
            let content_type = ready.content_type.media_type().to_owned();
            let told = FileReady { file_id: ready.id, content_type, size_bytes: ready.size_bytes };
            ctx.insert_event(&mut transaction, scope.tenant(), cause(ctx), ready.version, &told)?;
            Ok(committed(ctx, transaction).await?.map(()))
        },
    )
    .await?;
    // The file went at this moment: its bytes are of nobody, unless others have them from it.
    let is_home = stored.content(file.owner, &own.sha256).await?.is_some_and(|content| content.kept.home == own.home);
    if !is_home {
        delete_folder(ctx, &own.home).await?;
    }
    Ok(())
}

/// Deletes what the file brought and nobody has: what looks at it left behind that came to nothing. Nothing while it is open. Round
/// trips: one read, one list, one query for each content that is there, one deletion for each object that goes.
async fn clear_up(ctx: &Ctx, scope: TenantScope, id: FileId) -> Result<(), FileWorkError> {
    let stored = StoredFiles::new(ctx.table(), scope);
    if stored.get(id).await?.is_some_and(|file| file.is_open() || file.status().is_none()) {
        return Ok(());
    }
    let mut looked_at: BTreeMap<String, bool> = BTreeMap::new();
    for path in ctx.list_objects(&owned_folder(scope.tenant(), id)).await? {
        let Some((home, _)) = path.rsplit_once('/') else { continue };
        let is_had = if let Some(is_had) = looked_at.get(home) {
            *is_had
        } else {
            let is_had = has_content(&stored, home).await?;
            looked_at.insert(home.to_owned(), is_had);
            is_had
        };
        if !is_had {
            ctx.delete_object(&path).await?;
        }
    }
    Ok(())
}

/// Whether a content is at this home. Once a file is decided there comes none that was not there.
async fn has_content(stored: &StoredFiles<'_>, home: &str) -> Result<bool, FileWorkError> {
    let hash = home.rsplit('/').next().and_then(|name| ContentHash::try_from(name.to_owned()).ok());
    let Some(hash) = hash else { return Ok(false) };
    Ok(stored.contents(&hash).await?.iter().any(|content| content.kept.home == home))
}

/// Deletes all objects of a folder.
pub(crate) async fn delete_folder(ctx: &Ctx, folder: &str) -> Result<(), FileWorkError> {
    for path in ctx.list_objects(folder).await? {
        ctx.delete_object(&path).await?;
    }
    Ok(())
}

/// How a transaction ended.
pub(crate) enum Committed {
    /// It is done.
    Yes,
    /// Another change came first.
    No,
}

impl Committed {
    /// What is settled, if it is.
    pub(crate) fn map<T>(self, settled: T) -> Race<T> {
        match self {
            Self::Yes => Race::Settled(settled),
            Self::No => Race::Lost,
        }
    }
}

/// Commits a transaction.
pub(crate) async fn committed(ctx: &Ctx, transaction: Transaction) -> Result<Committed, TableError> {
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(Committed::Yes),
        Err(TransactError::Cancelled(_)) => Ok(Committed::No),
        Err(TransactError::Table(error)) => Err(error),
    }
}

fn cause(ctx: &Ctx) -> Cause {
    Cause::from(RequestId::new(ctx.new_ulid()))
}
