//! The life of a tenant after its sign-up: which edges there are, and what is told of each.
//!
//! `TRIAL → ACTIVE → SUSPENDED → CANCELLED`, back from `SUSPENDED` to `ACTIVE`, and from anywhere to `CANCELLED`, which is the
//! end. Each edge raises the version, so that of two at once one is decided again.

mod edges;
#[cfg(test)]
mod history_tests;
mod told;
