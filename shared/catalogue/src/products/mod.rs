//! Products, their variants and what these cost.

pub(crate) mod history;
pub(crate) mod price;
pub(crate) mod product;
pub(crate) mod repo;
pub(crate) mod variant;
pub(crate) mod whole;
#[cfg(test)]
mod whole_tests;
