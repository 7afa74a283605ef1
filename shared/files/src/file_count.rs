//! How many files a customer has, counted in the transactions that change them: so that many calls at once make no more of them.

use serde::{Deserialize, Serialize};

use crate::StoredFile;

/// How many files a customer may have.
pub const MOST_OF_CUSTOMER: i64 = 100;
/// How many of them may be on their way at once.
pub const MOST_OPEN_OF_CUSTOMER: i64 = 10;
/// How many bytes those may have together: 50 MiB.
pub const MOST_OPEN_BYTES_OF_CUSTOMER: i64 = 50 * 1024 * 1024;

/// The files of a customer's user, or what a change adds to their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FileCount {
    /// All but those that were rejected: of those nothing is kept.
    pub files: i64,
    /// Those of them whose bytes may still come, or are looked at.
    pub open: i64,
    /// How many bytes the open ones were said to have.
    pub open_bytes: i64,
}

impl FileCount {
    /// What one file counts for as it stands.
    pub(crate) fn of(file: &StoredFile) -> Self {
        let size_bytes = i64::try_from(file.size_bytes).unwrap_or(i64::MAX);
        if file.is_open() {
            return Self { files: 1, open: 1, open_bytes: size_bytes };
        }
        Self { files: i64::from(!file.is_rejected()), open: 0, open_bytes: 0 }
    }

    /// From `before` to `self`.
    pub(crate) const fn since(self, before: Self) -> Self {
        Self {
            files: self.files - before.files,
            open: self.open - before.open,
            open_bytes: self.open_bytes - before.open_bytes,
        }
    }

    /// Whether a customer who has these may send `size_bytes` more.
    pub fn has_room(&self, size_bytes: u64) -> bool {
        let size_bytes = i64::try_from(size_bytes).unwrap_or(i64::MAX);
        self.files < MOST_OF_CUSTOMER
            && self.open < MOST_OPEN_OF_CUSTOMER
            && self.open_bytes.saturating_add(size_bytes) <= MOST_OPEN_BYTES_OF_CUSTOMER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_has_room_up_to_each_bound() {
        let all = FileCount { files: 99, open: 9, open_bytes: MOST_OPEN_BYTES_OF_CUSTOMER - 5 };
        assert!(all.has_room(5) && !all.has_room(6) && !all.has_room(u64::MAX));
        assert!(!FileCount { files: 100, ..all }.has_room(5) && !FileCount { open: 10, ..all }.has_room(5));
    }
}
