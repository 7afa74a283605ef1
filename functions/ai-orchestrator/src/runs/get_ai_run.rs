//! `GET /api/v1/ai/runs/{id}`: a run, with each vote.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one of the run beside its steps, one
//! query for each agent of it; one transaction more where the deadline is there and nobody ended it yet.

use axum::extract::State;
use kernel::AiRunId;
use runs::{AiRuns, KnownRun, PlanStep, end_if_over};
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{AiRunsRead, runs::run_view::AiRunView};

/// Get a run of models
///
/// Each vote with its model, probability, time and cost, and each tool that an agent's model asked for. Once the deadline is there,
/// what is shown holds: a vote that comes later is kept, and does not count.
#[utoipa::path(get, path = "/api/v1/ai/runs/{id}", responses((status = 200, body = Envelope<AiRunView>)))]
pub async fn get_ai_run(
    State(api): State<Api>,
    caller: Caller<AiRunsRead>,
    Id(id): Id<AiRunId>,
) -> Result<Reply, Problem> {
    let known = end_if_over(&api, caller.scope, id).await?.ok_or_else(Problem::not_found)?;
    let version = known.run.version;
    Ok(Reply::ok(&shown(&api, &caller, known).await?)?.version(version))
}

/// A run with the turns of its agents.
async fn shown(api: &Api, caller: &Caller<AiRunsRead>, known: KnownRun) -> Result<AiRunView, Problem> {
    let runs = AiRuns::new(api.table(), caller.scope);
    let mut turns = Vec::new();
    for step in &known.run.plan.steps {
        match step {
            PlanStep::Agent { id, .. } => turns.extend(runs.turns(known.run.id, id).await?),
            PlanStep::Local { .. } | PlanStep::Model { .. } => {}
        }
    }
    Ok(AiRunView::of(known, &turns))
}
