//! What subscriptions entitle to, and how much of it is left.

pub(crate) mod asked;
pub(crate) mod check_entitlement;
pub(crate) mod get_entitlements;
