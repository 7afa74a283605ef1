//! What sending costs.

mod asker;
mod cart_to_send;
pub(crate) mod create_shipping_quote;
mod quote_view;
