//! `POST /api/v1/ai/runs/{id}/outcome`: what truly happened.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one of the run beside its steps, one of the records of its models, one transaction of the run and these; the last
//! three again for every race that is lost.

use std::collections::BTreeMap;

use axum::extract::State;
use cloud::MOST_RACES;
use ensemble::Scored;
use kernel::{AiRunId, Timestamp};
use runs::{AiRun, AiRuns, KnownRun, ModelScores, ScoredModel, end_if_over};
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{AiRunsWrite, OUTCOME_RECORDED, runs::run_view::AiRunSummary};

/// What happened.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "happened": true }))]
pub struct RecordAiRunOutcome {
    /// Whether what the votes are about happened: that a price rose, for a run whose probability is that it rises.
    pub happened: bool,
}

/// Record what happened
///
/// Every vote that came in time is held against it, once, in the scoreboard. The same again changes nothing; the other thing is
/// refused.
#[utoipa::path(
    post, path = "/api/v1/ai/runs/{id}/outcome",
    responses(
        (status = 200, body = Envelope<AiRunSummary>),
        (status = 409, description = "AI_RUN_RUNNING, AI_RUN_NOTHING_TO_SCORE, AI_RUN_OUTCOME_KNOWN, CONFLICT")
    )
)]
pub async fn record_ai_run_outcome(
    State(api): State<Api>,
    caller: Caller<AiRunsWrite>,
    edit: Edit,
    Id(id): Id<AiRunId>,
    Json(body): Json<RecordAiRunOutcome>,
) -> Result<Reply, Problem> {
    let outcome = async {
        for lost in 1..=MOST_RACES {
            if let Some(reply) = attempt(&api, &caller, &edit, (id, body.happened)).await? {
                return Ok(reply);
            }
            // The records of models are changed by every run that asked them.
            api.back_off(lost).await;
        }
        Err(Problem::conflict())
    }
    .await;
    edit.key.settle(&api, outcome).await
}

/// One try; none where it lost a race.
async fn attempt(
    api: &Api,
    caller: &Caller<AiRunsWrite>,
    Edit { info, key, if_match }: &Edit,
    (id, happened): (AiRunId, bool),
) -> Result<Option<Reply>, Problem> {
    let (runs, now) = (AiRuns::new(api.table(), caller.scope), api.now());
    let known = end_if_over(api, caller.scope, id).await?.ok_or_else(Problem::not_found)?;
    if_match.check(known.run.version)?;
    let mut transaction = Transaction::new();
    let run = match known.run.with_outcome(happened, now)? {
        None => known.run,
        Some(run) => {
            runs.save(&mut transaction, &run)?;
            let scores = ModelScores::new(api.table(), caller.scope);
            let votes = votes(&known, happened);
            let before = scores.of(&votes.keys().cloned().collect()).await?;
            for (model, votes) in votes {
                let before = before.iter().find(|one| one.model == model).cloned();
                scores.save(&mut transaction, &after(before, model, &votes, now))?;
            }
            caller.entry(api, info, OUTCOME_RECORDED).about(id).insert(&mut transaction, caller.scope)?;
            run
        }
    };
    let reply = Reply::ok(&AiRunSummary::from(&run))?.version(run.version);
    Ok(key.try_commit(api, transaction, reply).await?.ok())
}

/// The votes of each model that counted.
fn votes(known: &KnownRun, happened: bool) -> BTreeMap<String, Vec<Scored>> {
    let KnownRun { run, steps }: &KnownRun = known;
    let mut votes: BTreeMap<String, Vec<Scored>> = BTreeMap::new();
    for step in steps.iter().filter(|step| counts(run, &step.step)) {
        if let Some(scored) = step.scored(run.deadline_at, happened) {
            votes.entry(step.model.clone()).or_default().push(scored);
        }
    }
    votes
}

fn counts(run: &AiRun, step: &runs::RunStepName) -> bool {
    run.plan.voters().iter().any(|voter| voter.name() == step)
}

fn after(before: Option<ScoredModel>, model: String, votes: &[Scored], now: Timestamp) -> ScoredModel {
    before.unwrap_or_else(|| ScoredModel::unknown(model, now)).after(votes, now)
}
