//! Who came and who stayed.

pub mod activity;
pub(crate) mod statistics;
