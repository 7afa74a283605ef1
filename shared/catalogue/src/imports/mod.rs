//! Imports: a sheet is done in parts, each product as a whole, each part once.

pub(crate) mod apply;
#[cfg(test)]
mod apply_tests;
pub(crate) mod import;
pub(crate) mod repo;
