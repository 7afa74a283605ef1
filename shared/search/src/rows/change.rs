//! A product that changed since the index was written.

use kernel::{ProductId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;

use crate::SearchDocument;

/// A product as it is now, in the place of what the index has of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchChange {
    /// Which product.
    pub product_id: ProductId,
    /// As it is found; nothing where it is to be found no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<SearchDocument>,
    /// When it was read.
    pub read_at: Timestamp,
    /// In which epoch of the index it was written: what is of an epoch before the present one is being merged.
    pub epoch: u64,
    /// Raised by every further change, from 1.
    pub version: u64,
}

impl SearchChange {
    /// About how many bytes its row has.
    pub fn size_bytes(&self) -> u64 {
        const BESIDE: usize = 200;
        let document = self.document.as_ref().map_or(0, SearchDocument::size_bytes);
        u64::try_from(document.saturating_add(BESIDE)).unwrap_or(u64::MAX)
    }
}

impl Record for SearchChange {
    const ROWS: &'static [&'static str] = &["SEARCHLOG / {product}"];
}
