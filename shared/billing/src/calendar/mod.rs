//! Billing periods as civil dates, and parts of them.

pub(crate) mod interval;
pub(crate) mod periods;
pub(crate) mod stretch;
