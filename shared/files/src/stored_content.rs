//! Bytes that are kept once for whoever has them, however many of their files do: a customer, or the tenant itself. Nobody shares
//! bytes with another: where they are would say that somebody had them before, and since when.

use kernel::UserId;
use serde::{Deserialize, Serialize};

use crate::{ContentHash, KeptAt};

/// A content, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredContent {
    /// Where it is, and what was made of it.
    #[serde(flatten)]
    pub kept: KeptAt,
    /// The customer's user whose it is; without one it is the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// How many files have it: those too that are deleted and may be restored.
    pub files: u32,
    /// Raised by every change, from 1.
    pub version: u64,
}

impl StoredContent {
    /// A content that the first file of its owner brought.
    pub const fn new(kept: KeptAt, owner: Option<UserId>) -> Self {
        Self { kept, owner, files: 1, version: 1 }
    }

    /// What stands for it.
    pub const fn hash(&self) -> &ContentHash {
        &self.kept.sha256
    }

    /// With a file more.
    pub fn joined(&self) -> Self {
        Self { files: self.files.saturating_add(1), version: self.version + 1, ..self.clone() }
    }

    /// With a file less; `None` when that was the last one.
    pub fn left(&self) -> Option<Self> {
        let files = self.files.checked_sub(1).filter(|files| *files > 0)?;
        Some(Self { files, version: self.version + 1, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_stays_as_long_as_a_file_has_it() {
        let kept = KeptAt { home: "h".to_owned(), sha256: ContentHash::of(b"a"), variants: Vec::new() };
        let one = StoredContent::new(kept, None);
        let two = one.joined();
        assert_eq!((two.files, two.version), (2, 2));
        let left = two.left().unwrap();
        assert_eq!((left.files, left.version, left.left()), (1, 3, None));
    }
}
