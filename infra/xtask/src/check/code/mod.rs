//! Rules about code: circles among modules, and the one way to write and to run a lost race again.

pub(super) mod circles;
pub(super) mod races;
pub(super) mod writes;
