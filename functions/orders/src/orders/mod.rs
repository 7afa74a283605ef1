//! Orders: what was bought, and for how much.

pub(crate) mod create_order;
pub(crate) mod get_order;
#[cfg(test)]
mod large_tests;
pub(crate) mod list_orders;
pub(crate) mod order_limits;
pub(crate) mod order_view;
pub(crate) mod placing;
