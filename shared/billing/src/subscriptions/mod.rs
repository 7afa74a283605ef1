//! Subscriptions and their periods.

pub(crate) mod calendar;
pub(crate) mod repo;
pub(crate) mod segments;
pub(crate) mod subscription;
