//! The tree of categories.

pub(crate) mod category;
pub(crate) mod repo;
