//! What the routes of carts and orders share: who shops, what is there and what it costs.

pub(crate) mod buying;
pub(crate) mod carts;
pub(crate) mod discounts;
pub(crate) mod pricing;
pub(crate) mod quoted_way;
pub(crate) mod shop_now;
pub(crate) mod shopper;
pub(crate) mod stock_hold;
