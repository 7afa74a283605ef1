//! Billing periods as civil dates.

pub(crate) mod interval;
pub(crate) mod periods;
