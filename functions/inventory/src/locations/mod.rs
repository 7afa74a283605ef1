//! Where goods are kept.

pub(crate) mod create_stock_location;
pub(crate) mod list_stock_locations;
