//! Billing runs that somebody asked for.

pub(crate) mod create_run;
pub(crate) mod get_run;
pub(crate) mod list_run_subscriptions;
pub(crate) mod list_runs;
pub(crate) mod retry_run;
mod run_view;
