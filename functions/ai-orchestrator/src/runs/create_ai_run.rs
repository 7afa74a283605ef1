//! `POST /api/v1/ai/runs`: asks several models at once.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key, one
//! read of the agents that it names, one of how good its models were where votes are stacked, one transaction of the run, its steps,
//! its place on the agenda, the audit entry and the idempotency row, one message where a provider is to be asked.

use axum::extract::State;
use runs::{AiRun, AiRuns, KnownRun, send_next, tell};
use table::{
    Transaction,
    agenda::{self, DueKind},
};
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

pub use super::new_run::CreateAiRun;
use super::{new_run::new_run, run_view::AiRunView};
use crate::{AiRunsWrite, RUN_CREATED};

/// Create a run of models
///
/// Steps that wait for nothing are done at once, beside one another. Local models are reckoned in this call, and a run of nothing
/// else is decided in it (201). What asks a provider goes on by itself (202): read the run, or take `ai_run.ended`.
///
/// A vote is a probability. Votes that come before the deadline become one by the rule; with fewer than the quorum, on a tie, with a
/// gate that is closed or votes that are too far apart, the decision is to hold. A run is known for 90 days.
#[utoipa::path(
    post, path = "/api/v1/ai/runs",
    responses(
        (status = 201, description = "It is decided", body = Envelope<AiRunView>),
        (status = 202, description = "It goes on by itself", body = Envelope<AiRunView>),
        (status = 404, description = "NOT_FOUND: an agent")
    )
)]
pub async fn create_ai_run(
    State(api): State<Api>,
    caller: Caller<AiRunsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateAiRun>,
) -> Result<Reply, Problem> {
    let now = api.now();
    let (run, steps) = AiRun::begun(new_run(&api, &caller, body, now).await?, now);
    let (id, is_running, version) = (run.id, run.is_running(), run.version);
    let runs = AiRuns::new(api.table(), caller.scope);
    let mut transaction = Transaction::new();
    runs.save(&mut transaction, &run)?;
    for step in &steps {
        runs.save_step(&mut transaction, &run, step)?;
    }
    if is_running {
        agenda::set(&mut transaction, caller.scope, DueKind::AiRun, id, now)?;
    } else {
        tell(&api, &mut transaction, caller.scope, (&run, &steps), &info)?;
    }
    caller.entry(&api, &info, RUN_CREATED).about(id).insert(&mut transaction, caller.scope)?;
    let view = AiRunView::of(KnownRun { run, steps }, &[]);
    let reply = if is_running { Reply::accepted(&view)? } else { Reply::created(&view)? };
    let reply = key.commit(&api, transaction, reply.version(version), |_| Problem::conflict()).await?;
    if is_running && !reply.is_replay() {
        send_next(&api, caller.tenant(), id, now).await;
    }
    Ok(reply)
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
