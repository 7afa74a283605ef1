//! What a subscription entitles to, and how much of it is left.

pub(crate) mod allowance;
pub(crate) mod counters;
pub(crate) mod spending;
pub(crate) mod window;
