//! What is kept beside the index.

pub(crate) mod change;
pub(crate) mod head;
pub(crate) mod repo;
