//! Tokens and what they cost.

pub mod catalogue;
pub mod estimate;
pub mod price;
pub mod usage;
