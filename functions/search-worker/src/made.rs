//! What a turn makes of an index.

use search::{SearchChange, SearchIndex, SegmentRef};

/// How many products a segment has at most; in tests so few that there are several.
pub(crate) const SEGMENT: usize = if cfg!(test) { 50 } else { 5_000 };

/// What a turn makes of the index.
pub(crate) enum Made {
    /// A part of a building; it goes on.
    Part(Box<SearchIndex>),
    /// All segments of the next generation, and the changes that are in it.
    Generation(Vec<SegmentRef>, Vec<SearchChange>),
    /// Nothing that is not there.
    Nothing,
}
