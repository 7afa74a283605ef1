//! Events of a shop.

pub mod product;
pub mod shipment;
pub mod stock;
