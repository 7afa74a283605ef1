//! Time in the local cloud: the test clock, and what falls due by it.

pub(crate) mod aim;
pub(crate) mod clock;
pub(crate) mod moves;
pub(crate) mod schedule;
pub(crate) mod timeline;
