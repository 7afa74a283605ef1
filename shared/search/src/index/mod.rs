//! The index: immutable segments, each over some thousand products, as bytes that are read as they lie in the object.

pub(crate) mod build;
pub(crate) mod bytes;
pub(crate) mod document;
pub(crate) mod facets;
pub(crate) mod segment;
pub(crate) mod texts;
