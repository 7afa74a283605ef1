//! Subscriptions and their periods.

pub(crate) mod changes;
mod conversion;
mod course;
pub(crate) mod fault;
pub(crate) mod repo;
pub(crate) mod segments;
pub(crate) mod status;
pub(crate) mod subscription;
pub(crate) mod told;
