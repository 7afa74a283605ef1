//! Plans and what they cost.

pub(crate) mod asked;
pub(crate) mod catalogue;
pub(crate) mod plan;
pub(crate) mod price;
pub(crate) mod repo;
