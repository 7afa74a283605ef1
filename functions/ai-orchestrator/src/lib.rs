//! Runs of several models that come to a decision, agents, and how good each model was.
//!
//! A run of local models alone is decided in the call that asks for it. Whatever asks a provider is done by the worker, in turns; this
//! function only begins it, shows it, and ends it: whoever reads a run whose deadline is there ends it first, so that what is shown
//! once holds.

mod agents;
mod runs;
mod scores;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "ai-orchestrator":
        runs { create_ai_run, list_ai_runs, get_ai_run, cancel_ai_run, record_ai_run_outcome },
        agents { create_ai_agent, list_ai_agents, get_ai_agent, update_ai_agent, delete_ai_agent },
        scores { list_ai_model_scores },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[NeededPermission::of::<AiRunsRead>(), NeededPermission::of::<AiRunsWrite>()];

/// A run began.
pub(crate) const RUN_CREATED: Action = Action::new("ai_run.created");
/// A run was ended by hand.
pub(crate) const RUN_CANCELLED: Action = Action::new("ai_run.cancelled");
/// Somebody said what happened.
pub(crate) const OUTCOME_RECORDED: Action = Action::new("ai_run.outcome_recorded");
/// An agent was made.
pub(crate) const AGENT_CREATED: Action = Action::new("ai_agent.created");
/// An agent was changed.
pub(crate) const AGENT_UPDATED: Action = Action::new("ai_agent.updated");
/// An agent was taken away.
pub(crate) const AGENT_DELETED: Action = Action::new("ai_agent.deleted");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[AGENT_CREATED, AGENT_DELETED, AGENT_UPDATED, OUTCOME_RECORDED, RUN_CANCELLED, RUN_CREATED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing what models said.
#[derive(Clone, Copy, Debug)]
pub struct AiRunsRead;

impl Needs for AiRunsRead {
    const PERMISSION: &'static str = "ai_runs:read";
    const MEANING: &'static str = "See runs of models, what they said, agents, and how good models were";
}

/// Asking models.
#[derive(Clone, Copy, Debug)]
pub struct AiRunsWrite;

impl Needs for AiRunsWrite {
    const PERMISSION: &'static str = "ai_runs:write";
    const MEANING: &'static str = "Begin and cancel runs of models, say what happened, and make and change agents";
}
