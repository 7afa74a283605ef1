//! Where a tenant sends to, from where, and what it takes for it.

pub(crate) mod rate;
pub(crate) mod repo;
pub(crate) mod settings;
pub(crate) mod zone;
