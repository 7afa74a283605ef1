//! SKUs and what there is of them.

pub(crate) mod create_stock_adjustment;
pub(crate) mod get_inventory;
pub(crate) mod inventory_view;
pub(crate) mod list_inventory;
pub(crate) mod list_low_stock;
pub(crate) mod list_stock_movements;
pub(crate) mod replace_inventory;
