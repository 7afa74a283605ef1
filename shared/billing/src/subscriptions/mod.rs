//! Subscriptions and their periods.

pub(crate) mod adjustment;
pub(crate) mod boundary;
mod change;
mod course;
pub(crate) mod fault;
pub(crate) mod repo;
pub(crate) mod segments;
pub(crate) mod status;
pub(crate) mod stop;
pub(crate) mod subscription;
mod told;
