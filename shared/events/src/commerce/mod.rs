//! Events of a shop.

pub mod order;
pub mod order_course;
pub mod product;
pub mod stock;
