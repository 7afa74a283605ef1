//! What sending costs, as it was told, for a quarter of an hour.

pub(crate) mod cache;
pub(crate) mod quote;
pub(crate) mod repo;
