//! Subscriptions and their periods.

pub(crate) mod boundary;
pub(crate) mod calendar;
mod course;
pub(crate) mod interval;
pub(crate) mod repo;
pub(crate) mod segments;
pub(crate) mod subscription;
