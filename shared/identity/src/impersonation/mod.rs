//! Staff acts as a user for a while, to see what the user sees: who may, what is kept of it, and how it ends.

pub(crate) mod error;
pub(crate) mod repo;
pub(crate) mod rules;
