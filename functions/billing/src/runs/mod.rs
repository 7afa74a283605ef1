//! Billing runs that somebody asked for.

pub(crate) mod create_run;
pub(crate) mod get_run;
mod run_view;
