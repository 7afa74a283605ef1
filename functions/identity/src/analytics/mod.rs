//! Sign-ups, activity and retention of a tenant.

pub(crate) mod get_user_analytics;
#[cfg(test)]
mod get_user_analytics_tests;
pub(crate) mod record_activity;
