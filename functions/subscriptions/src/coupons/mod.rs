//! Coupons, and those of subscriptions.

pub(crate) mod apply_coupon;
pub(crate) mod coupon_view;
pub(crate) mod create_coupon;
pub(crate) mod list_coupons;
pub(crate) mod remove_coupon;
