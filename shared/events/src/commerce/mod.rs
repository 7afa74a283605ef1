//! Events of a shop.

pub mod stock;
