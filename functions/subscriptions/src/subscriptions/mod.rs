//! Subscriptions of customers to plans.

mod billed;
mod boundary_edit;
pub(crate) mod cancel_subscription;
pub(crate) mod change_subscription;
pub(crate) mod create_subscription;
pub(crate) mod get_subscription;
pub(crate) mod list_subscriptions;
mod plan_hold;
pub(crate) mod reactivate_subscription;
mod subscription_view;
