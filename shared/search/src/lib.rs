//! Finding products by words.
//!
//! A tenant's products that are on sale are in its index: a generation of immutable [`IndexSegment`]s in the object store, which a
//! [`Manifest`] names, and which the tenant's [`SearchIndex`] row points to. What changed since a generation stands in rows
//! ([`SearchChange`]), which are laid over it until they are merged into the next one: so that a change is found at once, and the
//! index is written seldom. Typos, the order of hits and filters are plain rules over words and numbers ([`find`]).

mod find;
#[cfg(test)]
mod golden;
mod index;
mod rows;
#[cfg(test)]
mod tests;
mod words;

pub use find::{
    filter::{Filter, PriceRange},
    highlight::{MarkedText, excerpt, marked},
    hits::{Facets, Found, Hit, Question, find},
    part::IndexPart,
    rank::{HitPlace, Sort},
    suggest::{Completion, completions},
    synonyms::{MOST_GROUPS, SynonymWord, Synonyms},
    words::SearchWords,
};
pub use index::{
    build::{Built, build},
    bytes::BrokenSegment,
    document::{DESCRIPTION, ProductTrait, SKUS, SearchDocument, SearchImage, TraitKind, beginning},
    facets::FacetLabel,
    segment::IndexSegment,
};
pub use kernel::ProductId;
pub use rows::{
    change::SearchChange,
    head::{Building, FormerManifest, Lease, Manifest, SearchIndex, SegmentRef, paths},
    repo::SearchRows,
};
