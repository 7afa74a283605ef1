//! What subscriptions bring, day by day.

mod analytics_csv;
mod analytics_view;
pub(crate) mod get_subscription_analytics;
