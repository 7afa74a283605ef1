//! What sending costs.

pub(crate) mod create_shipping_quote;
mod quote_view;
