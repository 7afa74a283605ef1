//! Events of a shop.

pub mod order;
pub mod order_course;
pub mod product;
pub mod review;
pub mod sales;
pub mod shipment;
pub mod stock;
