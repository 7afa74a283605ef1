//! Pages of a list.

use serde::{Deserialize, Serialize};

/// The most rows that one page may hold.
pub const MAX_PAGE: u16 = 100;

/// How many rows a caller wants: 1 to 100, 20 unless told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct PageLimit(u16);

/// The limit is not between 1 and 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limit must be between 1 and 100")]
pub struct PageLimitError;

impl PageLimit {
    /// So many rows, of a number that the code says: one that no page may have does not compile.
    pub const fn of<const ROWS: u16>() -> Self {
        const { assert!(ROWS >= 1 && ROWS <= MAX_PAGE, "a page has 1 to 100 rows") };
        Self(ROWS)
    }

    /// The number of rows.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(20)
    }
}

impl TryFrom<u32> for PageLimit {
    type Error = PageLimitError;

    fn try_from(limit: u32) -> Result<Self, PageLimitError> {
        match u16::try_from(limit) {
            Ok(limit @ 1..=MAX_PAGE) => Ok(Self(limit)),
            _ => Err(PageLimitError),
        }
    }
}

impl From<PageLimit> for u32 {
    fn from(limit: PageLimit) -> Self {
        Self::from(limit.0)
    }
}
