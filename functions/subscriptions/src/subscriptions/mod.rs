//! Subscriptions of customers to plans.

mod billed;
pub(crate) mod cancel_subscription;
pub(crate) mod change_subscription;
pub(crate) mod create_subscription;
pub(crate) mod get_subscription;
pub(crate) mod list_subscriptions;
pub(crate) mod pause_subscription;
mod plan_hold;
pub(crate) mod preview_subscription_change;
mod preview_view;
pub(crate) mod reactivate_subscription;
pub(crate) mod resume_subscription;
mod subscription_edit;
pub(crate) mod subscription_view;
