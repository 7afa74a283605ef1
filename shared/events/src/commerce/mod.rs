//! Events of a shop.

pub mod product;
pub mod stock;
