//! The turns of a run: in each, all steps that are ready are claimed in one transaction, and their models asked beside one another.
//!
//! A claim reserves what its call may cost at most, under the version of the run, so that no two turns spend the same part of the
//! budget. It moves the run's row on the agenda to its own end: whoever dies is followed. Round trips of a turn: two reads, one query
//! for each agent, what [`AskModels`] takes, one transaction; then one transaction for each answer.

use std::time::Duration;

use cloud::Ctx;
use futures::future::join_all;
use jiff::SignedDuration;
use kernel::{AiRunId, Timestamp};
use runs::{AiRuns, KnownRun, PlanStep, RunStep, RunStepFault, end_if_over, send_next};
use table::{
    TableError, TenantScope, TransactError, Transaction,
    agenda::{self, Due, DueKind},
};

use crate::{
    AiRunWorkError,
    asking::{AskFailure, AskModels, Asked, ModelCall, request_id},
    prompts::request_of,
    take_answer::{Taken, take_answer},
};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a claim holds: longer than any call, and what its answer takes to be stored.
const LEASE: SignedDuration = SignedDuration::from_secs(90);
/// After how long another message goes on.
const LONGEST: SignedDuration = SignedDuration::from_secs(60);
/// How many turns one message does, should the clock stand still.
const MOST_TURNS: usize = 24;

/// What a turn came to.
enum Turn {
    /// The run is over, or gone.
    Over,
    /// Others are at what is left of it.
    Elsewhere,
    /// There may be more to do.
    Went,
}

/// A step that this turn asks.
struct Claimed<'a> {
    planned: &'a PlanStep,
    step: RunStep,
    call: ModelCall,
}

/// Does what is ready of the run that is due.
pub(crate) async fn advance_run(ctx: &Ctx, models: &dyn AskModels, due: &Due) -> Result<(), AiRunWorkError> {
    let (scope, id) = (due.scope(), due.thing::<AiRunId>()?);
    let began = ctx.now();
    for _ in 0..MOST_TURNS {
        match take_turn(ctx, models, (scope, id)).await? {
            Turn::Over => return Ok(agenda::finish(ctx.table(), due).await?),
            Turn::Elsewhere => return Ok(()),
            Turn::Went if ctx.now().since(began) >= LONGEST => break,
            Turn::Went => {}
        }
    }
    send_next(ctx, scope.tenant(), id, ctx.now()).await;
    Ok(())
}

async fn take_turn(
    ctx: &Ctx,
    models: &dyn AskModels,
    (scope, id): (TenantScope, AiRunId),
) -> Result<Turn, AiRunWorkError> {
    let Some(known) = end_if_over(ctx, scope, id).await?.filter(|known| known.run.is_running()) else {
        return Ok(Turn::Over);
    };
    let now = ctx.now();
    let ready = known.run.ready(&known.steps, now);
    if ready.is_empty() {
        return Ok(Turn::Elsewhere);
    }
    let until = now.plus(LEASE);
    let mut left = known.run.left_nano_usd(&known.steps);
    let (mut claims, mut failed) = (Vec::new(), Vec::new());
    for (planned, step) in ready {
        // What a call that nobody heard the end of has reserved is its own.
        let own = left.saturating_add(step.reserved_nano_usd);
        match plan_call(ctx, models, (scope, &known), (planned, step)).await? {
            Ok((call, most)) if most <= own => {
                left = own - most;
                claims.push(Claimed { planned, step: step.claimed(most, (now, until)), call });
            }
            Ok(_) => failed.push(step.failed(RunStepFault::Budget, now)),
            Err(fault) => failed.push(step.failed(fault, now)),
        }
    }
    if !claim(ctx, scope, &known, (&claims, &failed), until).await? {
        return Ok(Turn::Went);
    }
    let answers = claims.into_iter().map(|claimed| ask(ctx, models, (scope, &known), claimed));
    for answered in join_all(answers).await {
        answered?;
    }
    Ok(Turn::Went)
}

/// The next call of a step and what it costs at most; a fault where none is made.
async fn plan_call(
    ctx: &Ctx,
    models: &dyn AskModels,
    (scope, known): (TenantScope, &KnownRun),
    (planned, step): (&PlanStep, &RunStep),
) -> Result<Result<(ModelCall, i64), RunStepFault>, AiRunWorkError> {
    let run = &known.run;
    let (turns, terms) = match planned {
        PlanStep::Agent { agent_id, .. } => {
            (AiRuns::new(ctx.table(), scope).turns(run.id, &step.step).await?, run.agent(*agent_id))
        }
        PlanStep::Local { .. } | PlanStep::Model { .. } => (Vec::new(), None),
    };
    if terms.is_some_and(|terms| step.turns >= terms.max_steps) {
        return Ok(Err(RunStepFault::AgentSteps));
    }
    let Some(request) = request_of(known, planned, &turns) else { return Ok(Err(RunStepFault::Refused)) };
    let call = ModelCall {
        scope,
        request_id: request_id(run.id, step.step.as_str(), step.turns),
        asked: step.asked_at.map_or(Asked::First, |_| Asked::Again),
        asked_at: step.asked_at.unwrap_or_else(|| ctx.now()),
        by: run.requested_by,
        request,
    };
    let most = match models.most(&call).await {
        Ok(most) => most,
        Err(AskFailure::Step(fault)) => return Ok(Err(fault)),
        Err(error @ AskFailure::Ours(_)) => return Err(AiRunWorkError::Ours(error.to_string())),
    };
    let is_dear = terms.is_some_and(|terms| step.cost_nano_usd.saturating_add(most) > terms.max_cost_nano_usd);
    Ok(if is_dear { Err(RunStepFault::AgentCost) } else { Ok((call, most)) })
}

/// Claims steps, and notes those that fail at once; false where the run changed meanwhile.
async fn claim(
    ctx: &Ctx,
    scope: TenantScope,
    known: &KnownRun,
    (claims, failed): (&[Claimed<'_>], &[RunStep]),
    until: Timestamp,
) -> Result<bool, TableError> {
    let runs = AiRuns::new(ctx.table(), scope);
    let mut transaction = Transaction::new();
    runs.save(&mut transaction, &known.run.touched())?;
    for step in claims.iter().map(|claimed| &claimed.step).chain(failed) {
        runs.save_step(&mut transaction, &known.run, step)?;
    }
    agenda::set(&mut transaction, scope, DueKind::AiRun, known.run.id, until.min(known.run.deadline_at))?;
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(true),
        Err(TransactError::Cancelled(_)) => Ok(false),
        Err(TransactError::Table(error)) => Err(error),
    }
}

/// Asks the model of a claimed step, and stores what it said.
async fn ask(
    ctx: &Ctx,
    models: &dyn AskModels,
    (scope, known): (TenantScope, &KnownRun),
    claimed: Claimed<'_>,
) -> Result<(), AiRunWorkError> {
    let Claimed { planned, step, call } = claimed;
    let began = ctx.now();
    let left = Duration::try_from(known.run.deadline_at.since(began)).unwrap_or_default();
    let answer = match tokio::time::timeout(left.min(PATIENCE), models.ask(&call)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(AskFailure::Step(fault))) => Err(fault),
        // The claim stays, and whoever comes behind its end asks again.
        Ok(Err(error @ AskFailure::Ours(_))) => return Err(AiRunWorkError::Ours(error.to_string())),
        Err(_late) => Err(RunStepFault::TimedOut),
    };
    let latency_ms = u64::try_from(ctx.now().since(began).as_millis()).unwrap_or(0);
    take_answer(ctx, (scope, &known.run), Taken { planned, step, answer, latency_ms }).await
}
