//! Carts: what somebody is about to buy.

pub(crate) mod add_cart_coupon;
pub(crate) mod add_cart_item;
pub(crate) mod cart_query;
pub(crate) mod cart_view;
pub(crate) mod get_cart;
#[cfg(test)]
mod group_tests;
pub(crate) mod merge_cart;
pub(crate) mod remove_cart_coupons;
pub(crate) mod remove_cart_item;
pub(crate) mod replace_cart_address;
pub(crate) mod replace_cart_item;
pub(crate) mod replace_cart_shipping;
