//! Woken by the queue of runs of models: takes up what is ready of one run, asks its models beside one another, and ends it.
//!
//! Of each run there is one row on the agenda until it is over: for the end of what is being asked, or for the deadline. A message may
//! come twice, late, or while another turn of the run is under way: each step is claimed before its model is asked.

mod advance_run;
mod asking;
mod gateway;
mod prompts;
mod take_answer;
#[cfg(test)]
mod tests;
mod tool_box;

use cloud::{Ctx, Function, event};
use table::{
    TableError,
    agenda::{Due, DueKind},
};

use advance_run::advance_run;
use gateway::Gateway;

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AiRunWorkError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// What a call needs could not be had.
    #[error("{0}")]
    Ours(String),
    /// Others were faster every time.
    #[error("the run kept changing")]
    Outrun,
    /// The message is for another worker.
    #[error("{0} is no work on runs of models")]
    Elsewhere(&'static str),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, due: Due| async move {
        if due.kind == DueKind::AiRun {
            advance_run(&ctx, &Gateway::new(&ctx), &due).await
        } else {
            Err(AiRunWorkError::Elsewhere(due.kind.as_str()))
        }
    })
}
