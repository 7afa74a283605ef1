//! One file, from the promise of its bytes until they are gone for good. Pure.
//!
//! ```text
//! pending ─► uploaded ─► ready ◄─► deleted ─► (gone)
//!    └───────────┴─► rejected ─► (gone)
//! ```

use jiff::SignedDuration;
use kernel::{FileId, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ContentHash, FileName, FileType, FileVariant, FileVisibility, StoredFileError, home_folder, owned_folder};

/// The largest file, in bytes: 100 MiB.
pub const MOST_BYTES: u64 = 100 * 1024 * 1024;
/// The largest file of a customer, in bytes: 10 MiB.
pub const MOST_BYTES_OF_CUSTOMER: u64 = 10 * 1024 * 1024;
/// How long an upload may begin.
pub const UPLOAD_LASTS: SignedDuration = SignedDuration::from_mins(15);
/// How long after that one that began in time may take to end, and to be told of.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// After how long an upload is looked at again whose message was lost.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// How long a file can be restored: 30 days. As long it is told why another was rejected.
pub const KEPT_AFTER_DELETE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Why a file was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "Why a file was rejected")]
pub enum FileRejection {
    /// Nothing was uploaded in time.
    NotUploaded,
    /// It was deleted before it was ready.
    Withdrawn,
    /// It has another size than was said.
    Size,
    /// Its SHA-256 is another one than was said.
    Checksum,
    /// Its bytes are of another type than was said, or of none that may come.
    Type,
    /// It is a picture of more than 50 million pixels.
    Pixels,
    /// It begins as a picture and cannot be read as one.
    Unreadable,
}

impl FileRejection {
    /// As it is stored and told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotUploaded => "not_uploaded",
            Self::Withdrawn => "withdrawn",
            Self::Size => "size",
            Self::Checksum => "checksum",
            Self::Type => "type",
            Self::Pixels => "pixels",
            Self::Unreadable => "unreadable",
        }
    }
}

/// How a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How a file stands: waiting for its bytes, being looked at, to be fetched, refused, or deleted")]
pub enum FileStatus {
    /// Its bytes are waited for.
    Pending,
    /// Its bytes are looked at.
    Uploaded,
    /// It can be fetched.
    Ready,
    /// It is not what was said, or never came.
    Rejected,
    /// It can be restored, for 30 days.
    Deleted,
}

/// Where bytes are, and what was made of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptAt {
    /// The folder in the bucket.
    pub home: String,
    /// What stands for them.
    pub sha256: ContentHash,
    /// Smaller pictures, the smallest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<FileVariant>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum StoredFileState {
    /// Its bytes are waited for.
    Pending {
        /// Until when the upload may begin.
        expires_at: Timestamp,
    },
    /// Its bytes are looked at.
    Uploaded {
        /// Since when.
        at: Timestamp,
    },
    /// It can be fetched.
    Ready {
        /// Since when.
        at: Timestamp,
        /// Where it is.
        #[serde(flatten)]
        kept: KeptAt,
    },
    /// It is refused; nothing of it is kept.
    Rejected {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: FileRejection,
    },
    /// It can be restored.
    Deleted {
        /// Since when.
        at: Timestamp,
        /// Where it is.
        #[serde(flatten)]
        kept: KeptAt,
    },
    /// Nobody has its bytes any more, and they are being deleted.
    Purging {
        /// Since when.
        at: Timestamp,
        /// The folder that is to go.
        home: String,
    },
}

/// A file, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredFile {
    /// Which one.
    pub id: FileId,
    /// In which tenant.
    pub tenant_id: TenantId,
    /// What it is called: it may say something of a person.
    #[serde(with = "table::personal")]
    pub name: FileName,
    /// What it is.
    pub content_type: FileType,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// The SHA-256 that was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<ContentHash>,
    /// Who may see it.
    pub visibility: FileVisibility,
    /// The customer's user whose it is; without one it is the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// Who sent it.
    pub created_by: UserId,
    /// When it was promised.
    pub created_at: Timestamp,
    /// What became of it.
    pub state: StoredFileState,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// A file that somebody wants to send.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Which one it will be.
    pub id: FileId,
    /// In which tenant.
    pub tenant_id: TenantId,
    /// What it is called.
    pub name: FileName,
    /// What it is.
    pub content_type: FileType,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// Its SHA-256, if the sender says it.
    pub sha256: Option<ContentHash>,
    /// Who may see it.
    pub visibility: FileVisibility,
    /// The customer's user whose it will be.
    pub owner: Option<UserId>,
    /// Who sends it.
    pub created_by: UserId,
}

impl StoredFile {
    /// A file whose bytes may come.
    ///
    /// # Errors
    /// `Size`; `NotPublic`.
    pub fn promised(new: NewFile, now: Timestamp) -> Result<Self, StoredFileError> {
        let most = if new.owner.is_some() { MOST_BYTES_OF_CUSTOMER } else { MOST_BYTES };
        if new.size_bytes == 0 || new.size_bytes > most {
            return Err(StoredFileError::Size { most });
        }
        if new.visibility == FileVisibility::Public && !new.content_type.is_shown() {
            return Err(StoredFileError::NotPublic);
        }
        Ok(Self {
            id: new.id,
            tenant_id: new.tenant_id,
            name: new.name,
            content_type: new.content_type,
            size_bytes: new.size_bytes,
            promised: new.sha256,
            visibility: new.visibility,
            owner: new.owner,
            created_by: new.created_by,
            created_at: now,
            state: StoredFileState::Pending { expires_at: now.plus(UPLOAD_LASTS) },
            version: 1,
        })
    }

    /// How it stands; `None` once it is only being cleared away.
    pub const fn status(&self) -> Option<FileStatus> {
        Some(match self.state {
            StoredFileState::Pending { .. } => FileStatus::Pending,
            StoredFileState::Uploaded { .. } => FileStatus::Uploaded,
            StoredFileState::Ready { .. } => FileStatus::Ready,
            StoredFileState::Rejected { .. } => FileStatus::Rejected,
            StoredFileState::Deleted { .. } => FileStatus::Deleted,
            StoredFileState::Purging { .. } => return None,
        })
    }

    /// Whether its bytes may still come, or are still looked at.
    pub const fn is_open(&self) -> bool {
        match self.state {
            StoredFileState::Pending { .. } | StoredFileState::Uploaded { .. } => true,
            StoredFileState::Ready { .. }
            | StoredFileState::Rejected { .. }
            | StoredFileState::Deleted { .. }
            | StoredFileState::Purging { .. } => false,
        }
    }

    /// Whether it was refused: nothing of it is kept.
    pub const fn is_rejected(&self) -> bool {
        match self.state {
            StoredFileState::Rejected { .. } => true,
            StoredFileState::Pending { .. }
            | StoredFileState::Uploaded { .. }
            | StoredFileState::Ready { .. }
            | StoredFileState::Deleted { .. }
            | StoredFileState::Purging { .. } => false,
        }
    }

    /// Where its bytes are, as long as it is ready or can be restored.
    pub const fn kept(&self) -> Option<&KeptAt> {
        match &self.state {
            StoredFileState::Ready { kept, .. } | StoredFileState::Deleted { kept, .. } => Some(kept),
            StoredFileState::Pending { .. }
            | StoredFileState::Uploaded { .. }
            | StoredFileState::Rejected { .. }
            | StoredFileState::Purging { .. } => None,
        }
    }

    /// Where its bytes are, for whoever fetches them.
    ///
    /// # Errors
    /// `NotReady`.
    pub const fn fetched(&self) -> Result<&KeptAt, StoredFileError> {
        match &self.state {
            StoredFileState::Ready { kept, .. } => Ok(kept),
            StoredFileState::Pending { .. }
            | StoredFileState::Uploaded { .. }
            | StoredFileState::Rejected { .. }
            | StoredFileState::Deleted { .. }
            | StoredFileState::Purging { .. } => Err(StoredFileError::NotReady),
        }
    }

    /// Whether everybody may see it now.
    pub fn is_public(&self) -> bool {
        self.visibility == FileVisibility::Public && self.fetched().is_ok()
    }

    /// When something is to be done with it by itself.
    pub fn due_at(&self) -> Option<Timestamp> {
        match &self.state {
            StoredFileState::Pending { expires_at } => Some(expires_at.plus(PATIENCE)),
            StoredFileState::Uploaded { at } => Some(at.plus(AGAIN)),
            StoredFileState::Deleted { at, .. } => Some(at.plus(KEPT_AFTER_DELETE)),
            StoredFileState::Purging { at, .. } => Some(*at),
            StoredFileState::Ready { .. } | StoredFileState::Rejected { .. } => None,
        }
    }

    /// Until when its row is kept; for ever without.
    pub fn known_until(&self) -> Option<Timestamp> {
        match &self.state {
            StoredFileState::Rejected { at, .. } => Some(at.plus(KEPT_AFTER_DELETE)),
            StoredFileState::Pending { .. }
            | StoredFileState::Uploaded { .. }
            | StoredFileState::Ready { .. }
            | StoredFileState::Deleted { .. }
            | StoredFileState::Purging { .. } => None,
        }
    }

    /// Its bytes came; `None` where that is known, or too late.
    pub fn arrived(&self, now: Timestamp) -> Option<Self> {
        match self.state {
            StoredFileState::Pending { .. } => Some(self.next(StoredFileState::Uploaded { at: now })),
            StoredFileState::Uploaded { .. }
            | StoredFileState::Ready { .. }
            | StoredFileState::Rejected { .. }
            | StoredFileState::Deleted { .. }
            | StoredFileState::Purging { .. } => None,
        }
    }

    /// It is what was said; `None` when that was decided already.
    pub fn ready(&self, kept: KeptAt, now: Timestamp) -> Option<Self> {
        self.is_open().then(|| self.next(StoredFileState::Ready { at: now, kept }))
    }

    /// It is refused; `None` when that was decided already.
    pub fn rejected(&self, reason: FileRejection, now: Timestamp) -> Option<Self> {
        self.is_open().then(|| self.next(StoredFileState::Rejected { at: now, reason }))
    }

    /// It is deleted, to be restored for a while; `None` where nothing of it is there. One whose bytes are not looked at yet is
    /// refused instead.
    pub fn deleted(&self, now: Timestamp) -> Option<Self> {
        match &self.state {
            StoredFileState::Pending { .. } | StoredFileState::Uploaded { .. } => {
                self.rejected(FileRejection::Withdrawn, now)
            }
            StoredFileState::Ready { kept, .. } => {
                Some(self.next(StoredFileState::Deleted { at: now, kept: kept.clone() }))
            }
            StoredFileState::Rejected { .. } | StoredFileState::Deleted { .. } | StoredFileState::Purging { .. } => {
                None
            }
        }
    }

    /// It is there again.
    ///
    /// # Errors
    /// `NotDeleted`.
    pub fn restored(&self, now: Timestamp) -> Result<Self, StoredFileError> {
        match &self.state {
            StoredFileState::Deleted { at, kept } if now < at.plus(KEPT_AFTER_DELETE) => {
                Ok(self.next(StoredFileState::Ready { at: now, kept: kept.clone() }))
            }
            StoredFileState::Deleted { .. }
            | StoredFileState::Pending { .. }
            | StoredFileState::Uploaded { .. }
            | StoredFileState::Ready { .. }
            | StoredFileState::Rejected { .. }
            | StoredFileState::Purging { .. } => Err(StoredFileError::NotDeleted),
        }
    }

    /// Nobody has its bytes any more.
    pub fn purging(&self, home: String, now: Timestamp) -> Self {
        self.next(StoredFileState::Purging { at: now, home })
    }

    /// Where a content is kept that this file brings first.
    pub fn own_home(&self, hash: &ContentHash) -> String {
        home_folder(self.tenant_id, self.id, hash)
    }

    /// The folder of everything that this file brought.
    pub fn own_folder(&self) -> String {
        owned_folder(self.tenant_id, self.id)
    }

    fn next(&self, state: StoredFileState) -> Self {
        Self { state, version: self.version + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-12-01T00:00:00.000Z";

    fn new(size_bytes: u64, owner: Option<UserId>) -> NewFile {
        NewFile {
            id: "fil_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            tenant_id: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            name: FileName::try_from("a.txt".to_owned()).unwrap(),
            content_type: FileType::Text,
            size_bytes,
            sha256: None,
            visibility: FileVisibility::Private,
            owner,
            created_by: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        }
    }

    fn at(minutes: i64) -> Timestamp {
        let now: Timestamp = NOW.parse().unwrap();
        now.plus(SignedDuration::from_mins(minutes))
    }

    fn file() -> StoredFile {
        StoredFile::promised(new(5, None), at(0)).unwrap()
    }

    fn kept() -> KeptAt {
        KeptAt { home: "h".to_owned(), sha256: ContentHash::of(b"hello"), variants: Vec::new() }
    }

    #[test]
    fn a_file_has_a_size_that_its_sender_may_send() {
        let customer = Some("usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        for (size, owner, fits) in [
            (0, None, false),
            (1, None, true),
            (MOST_BYTES, None, true),
            (MOST_BYTES + 1, None, false),
            (u64::MAX, None, false),
            (MOST_BYTES_OF_CUSTOMER, customer, true),
            (MOST_BYTES_OF_CUSTOMER + 1, customer, false),
        ] {
            assert_eq!(StoredFile::promised(new(size, owner), at(0)).is_ok(), fits, "{size} {owner:?}");
        }
    }

    #[test]
    fn bytes_are_waited_for_as_long_as_an_upload_may_take() {
        let file = file();
        assert_eq!(file.due_at(), Some(at(30)));
        let uploaded = file.arrived(at(20)).unwrap();
        assert_eq!((uploaded.status(), uploaded.due_at()), (Some(FileStatus::Uploaded), Some(at(80))));
        assert_eq!(uploaded.arrived(at(21)), None, "the second message of one upload");
    }

    #[test]
    fn a_file_is_decided_once() {
        let uploaded = file().arrived(at(1)).unwrap();
        let ready = uploaded.ready(kept(), at(2)).unwrap();
        let rejected = uploaded.rejected(FileRejection::Type, at(2)).unwrap();
        for decided in [&ready, &rejected] {
            assert_eq!(decided.due_at(), None);
            assert_eq!((decided.arrived(at(3)), decided.ready(kept(), at(3))), (None, None));
            assert_eq!(decided.rejected(FileRejection::Size, at(3)), None);
            assert_eq!(decided.version, 3);
        }
        assert!(file().ready(kept(), at(2)).is_some(), "what is looked at at once was never seen waiting");
    }

    #[test]
    fn a_deleted_file_comes_back_for_thirty_days() {
        let ready = file().ready(kept(), at(2)).unwrap();
        let deleted = ready.deleted(at(10)).unwrap();
        let days = 30 * 24 * 60;
        assert_eq!(deleted.due_at(), Some(at(10 + days)));
        assert_eq!(deleted.fetched(), Err(StoredFileError::NotReady));
        assert_eq!(deleted.deleted(at(11)), None);
        let back = deleted.restored(at(10 + days - 1)).unwrap();
        assert_eq!(back.fetched(), Ok(&kept()));
        assert_eq!(deleted.restored(at(10 + days)), Err(StoredFileError::NotDeleted));
        assert_eq!(ready.restored(at(11)), Err(StoredFileError::NotDeleted));
    }

    #[test]
    fn a_file_that_is_deleted_before_it_is_ready_is_refused() {
        for open in [file(), file().arrived(at(1)).unwrap()] {
            let refused = open.deleted(at(2)).unwrap();
            let expected = StoredFileState::Rejected { at: at(2), reason: FileRejection::Withdrawn };
            assert_eq!(refused.state, expected);
            assert_eq!(refused.known_until(), Some(at(2 + 30 * 24 * 60)));
            assert_eq!(refused.deleted(at(3)), None);
        }
        assert_eq!(file().purging("h".to_owned(), at(1)).status(), None);
    }
}
