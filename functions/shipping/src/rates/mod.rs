//! What sending costs.

mod asker;
pub(crate) mod cart_to_send;
pub(crate) mod create_shipping_quote;
mod quote_view;
