//! `POST /api/v1/ai/runs/{id}/cancel`: nothing more is asked, and nothing is to be done.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one of the run beside its steps, one transaction; the last two again for every race that is lost.

use axum::extract::State;
use kernel::AiRunId;
use runs::{AiRunError, AiRunStatus, AiRuns, end, end_if_over};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{AiRunsWrite, RUN_CANCELLED, runs::run_view::AiRunSummary};

/// Cancel a run of models
///
/// No call is begun any more; what one that is under way costs is paid. Twice is as once; a run that came to its end by itself
/// stays as it is.
#[utoipa::path(
    post, path = "/api/v1/ai/runs/{id}/cancel",
    responses((status = 200, body = Envelope<AiRunSummary>), (status = 409, description = "AI_RUN_OVER, CONFLICT"))
)]
pub async fn cancel_ai_run(
    State(api): State<Api>,
    caller: Caller<AiRunsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<AiRunId>,
) -> Result<Reply, Problem> {
    let runs = AiRuns::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let known = end_if_over(&api, caller.scope, id).await?.ok_or_else(Problem::not_found)?;
        if_match.check(known.run.version)?;
        let mut transaction = Transaction::new();
        let run = match known.run.status {
            AiRunStatus::Cancelled => known.run,
            AiRunStatus::Done => return Err(AiRunError::Over.into()),
            AiRunStatus::Running => {
                let run = known.run.cancelled(api.now())?;
                runs.save(&mut transaction, &run)?;
                end(&api, &mut transaction, caller.scope, (&run, &known.steps), &info)?;
                caller.entry(&api, &info, RUN_CANCELLED).about(id).insert(&mut transaction, caller.scope)?;
                run
            }
        };
        let reply = Reply::ok(&AiRunSummary::from(&run))?.version(run.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
