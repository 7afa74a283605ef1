//! Orders, as staff finds them.

pub(crate) mod admin_order_view;
pub(crate) mod list_admin_orders;
