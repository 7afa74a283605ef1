//! Coupons: what is taken off the invoices of subscriptions.

pub(crate) mod coupon;
pub(crate) mod fault;
pub(crate) mod off;
pub(crate) mod repo;
pub(crate) mod terms;
