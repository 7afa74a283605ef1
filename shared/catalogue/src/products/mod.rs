//! Products, their variants and what these cost.

pub(crate) mod article;
#[cfg(test)]
mod article_tests;
pub(crate) mod history;
pub(crate) mod price;
pub(crate) mod product;
pub(crate) mod repo;
pub(crate) mod variant;
