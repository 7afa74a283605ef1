//! Runs of models.

pub(crate) mod cancel_ai_run;
pub(crate) mod create_ai_run;
pub(crate) mod get_ai_run;
pub(crate) mod list_ai_runs;
mod new_run;
pub(crate) mod record_ai_run_outcome;
mod run_view;
