//! Subscriptions of customers to plans.

mod billed;
pub(crate) mod create_subscription;
pub(crate) mod get_subscription;
pub(crate) mod list_subscriptions;
pub(crate) mod plan_hold;
pub(crate) mod subscription_view;
