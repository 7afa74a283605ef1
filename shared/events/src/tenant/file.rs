//! Events about files. Of several about one file, the one with the higher version is the later one.

use kernel::FileId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A file is what its sender said, and can be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileReady {
    /// Which file.
    pub file_id: FileId,
    /// What it is, such as `image/png`.
    pub content_type: String,
    /// How many bytes it has.
    pub size_bytes: u64,
}

/// A file never came, or is not what its sender said; nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileRejected {
    /// Which file.
    pub file_id: FileId,
    /// Why, such as `type`.
    pub reason: String,
}

/// A file was deleted. It can be restored for 30 days, after which it is `file.ready` again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileDeleted {
    /// Which file.
    pub file_id: FileId,
}

impl Payload for FileReady {
    const NAME: &'static str = "file.ready";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = FileId;

    fn subject(&self) -> FileId {
        self.file_id
    }
}

impl Payload for FileRejected {
    const NAME: &'static str = "file.rejected";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = FileId;

    fn subject(&self) -> FileId {
        self.file_id
    }
}

impl Payload for FileDeleted {
    const NAME: &'static str = "file.deleted";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = FileId;

    fn subject(&self) -> FileId {
        self.file_id
    }
}
