//! What is searched: segments, and which of their products no longer count.

use std::sync::Arc;

use crate::{IndexSegment, ProductId};

/// A segment without the products that were taken out since it was built.
#[derive(Clone, Debug)]
pub struct IndexPart {
    /// The segment.
    pub segment: Arc<IndexSegment>,
    /// The places that no longer count, as bits.
    hidden: Vec<u64>,
}

impl IndexPart {
    /// A whole segment.
    pub fn new(segment: Arc<IndexSegment>) -> Self {
        let words = segment.len().div_ceil(64);
        Self { segment, hidden: vec![0; words] }
    }

    /// Without the product at a place.
    pub fn hide_place(&mut self, place: u32) {
        if let Some(bits) = self.hidden.get_mut(place as usize / 64) {
            *bits |= 1 << (place % 64);
        }
    }

    /// Without these products.
    #[must_use]
    pub fn without<'a>(mut self, ids: impl IntoIterator<Item = &'a ProductId>) -> Self {
        for id in ids {
            if let Some(place) = self.segment.place(*id) {
                self.hide_place(place);
            }
        }
        self
    }

    /// Whether the product at a place counts.
    pub fn has(&self, place: u32) -> bool {
        self.hidden.get(place as usize / 64).is_some_and(|bits| bits & (1 << (place % 64)) == 0)
    }

    /// The places that count.
    pub fn places(&self) -> impl Iterator<Item = u32> {
        (0..u32::try_from(self.segment.len()).unwrap_or(u32::MAX)).filter(|place| self.has(*place))
    }

    /// The places that do not.
    pub fn hidden_places(&self) -> Vec<u32> {
        (0..u32::try_from(self.segment.len()).unwrap_or(u32::MAX)).filter(|place| !self.has(*place)).collect()
    }
}
