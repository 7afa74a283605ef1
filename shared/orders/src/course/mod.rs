//! What becomes of an order after it is placed: it is sent, comes back, or is called off.

pub(crate) mod error;
pub(crate) mod moves;
pub(crate) mod progress;
pub(crate) mod repo;
pub(crate) mod rows;
