//! A file, as callers see it.

use files::{
    ContentHash, FileName, FileRejection, FileStatus, FileType, FileVariant, FileVisibility, KEPT_AFTER_DELETE,
    StoredFile, StoredFileState,
};
use kernel::{FileId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use web::Api;

/// A file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    pub id: FileId,
    pub name: FileName,
    pub content_type: FileType,
    /// How many bytes it has.
    #[schema(example = 48_213)]
    pub size_bytes: u64,
    pub visibility: FileVisibility,
    pub status: FileStatus,
    /// Why it was rejected, if it was.
    pub reason: Option<FileRejection>,
    /// Of its bytes, once they were looked at.
    pub sha256: Option<ContentHash>,
    /// Smaller pictures of it, the smallest first; none that would be larger than it is.
    pub variants: Vec<FileVariant>,
    /// Where everybody can fetch it, with `?variant=` a smaller picture of it, while it is public and ready: for the images of
    /// products and for pages. The address stays the same.
    #[schema(
        format = "uri",
        example = "https://api.example.com/api/v1/files/public/tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X/fil_01JD2Z3M4N5P6Q7R8S9T0V1W2X"
    )]
    pub public_url: Option<String>,
    /// The customer's user whose it is; null for a file of the organisation.
    pub owner_id: Option<UserId>,
    /// Who sent it.
    pub created_by: UserId,
    /// When it was promised.
    pub created_at: Timestamp,
    /// Until when its upload may begin, while it is waited for.
    pub expires_at: Option<Timestamp>,
    /// Until when it can be restored, if it is deleted.
    pub restorable_until: Option<Timestamp>,
}

impl FileView {
    pub(crate) fn of(file: &StoredFile, api: &Api) -> Self {
        let (mut reason, mut expires_at, mut restorable_until) = (None, None, None);
        match &file.state {
            StoredFileState::Pending { expires_at: at } => expires_at = Some(*at),
            StoredFileState::Rejected { reason: why, .. } => reason = Some(*why),
            StoredFileState::Deleted { at, .. } => restorable_until = Some(at.plus(KEPT_AFTER_DELETE)),
            StoredFileState::Uploaded { .. } | StoredFileState::Ready { .. } | StoredFileState::Purging { .. } => {}
        }
        let kept = file.kept();
        let address = || format!("{}/api/v1/files/public/{}/{}", api.config().public_url, file.tenant_id, file.id);
        Self {
            id: file.id,
            name: file.name.clone(),
            content_type: file.content_type,
            size_bytes: file.size_bytes,
            visibility: file.visibility,
            // What is being cleared away is shown to nobody.
            status: file.status().unwrap_or(FileStatus::Deleted),
            reason,
            sha256: kept.map(|kept| kept.sha256.clone()),
            variants: kept.map(|kept| kept.variants.clone()).unwrap_or_default(),
            public_url: file.is_public().then(address),
            owner_id: file.owner,
            created_by: file.created_by,
            created_at: file.created_at,
            expires_at,
            restorable_until,
        }
    }
}
