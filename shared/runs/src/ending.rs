//! The end of a run: whoever sees that it is over ends it, so that what was told once holds.

use cloud::{Ctx, Queue};
use ensemble::Probability;
use events::{Cause, ai_run::AiRunEnded};
use kernel::{AiRunId, RequestId, TenantId, Timestamp};
use serde_json::json;
use table::{
    Race, TableError, TenantScope, TransactError, Transaction,
    agenda::{self, Due, DueKind},
    until_settled,
};

use crate::{AiRun, AiRuns, KnownRun, RunStep};

/// A run with its steps as it is now: ended, where it is over and nobody ended it yet. One round trip of two reads; one transaction more
/// for one that is over, and both again for each lost race.
///
/// # Errors
/// Those of the table; `Unavailable` when the run kept changing.
pub async fn end_if_over(ctx: &Ctx, scope: TenantScope, id: AiRunId) -> Result<Option<KnownRun>, TableError> {
    let outrun = || TableError::Unavailable("a run of models kept changing".to_owned());
    until_settled(outrun, || async {
        let runs = AiRuns::new(ctx.table(), scope);
        let Some(known) = runs.get(id).await? else { return Ok(Race::Settled(None)) };
        let now = ctx.now();
        if !known.run.is_running() || !known.run.is_over(&known.steps, now) {
            return Ok(Race::Settled(Some(known)));
        }
        let run = known.run.ended(&known.steps, now);
        let mut transaction = Transaction::new();
        runs.save(&mut transaction, &run)?;
        end(ctx, &mut transaction, scope, (&run, &known.steps), RequestId::new(ctx.new_ulid()))?;
        match ctx.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(Some(KnownRun { run, steps: known.steps }))),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error),
        }
    })
    .await
}

/// Adds what follows from the end of a run to its transaction: nothing is due, and the tenant's systems are told.
///
/// # Errors
/// `Corrupt` when the event does not serialise.
pub fn end(
    ctx: &Ctx,
    transaction: &mut Transaction,
    scope: TenantScope,
    (run, steps): (&AiRun, &[RunStep]),
    cause: impl Into<Cause>,
) -> Result<(), TableError> {
    agenda::clear(transaction, scope, DueKind::AiRun, run.id);
    tell(ctx, transaction, scope, (run, steps), cause)
}

/// Adds the event of the end of a run to its transaction.
///
/// # Errors
/// `Corrupt` when it does not serialise.
pub fn tell(
    ctx: &Ctx,
    transaction: &mut Transaction,
    scope: TenantScope,
    (run, steps): (&AiRun, &[RunStep]),
    cause: impl Into<Cause>,
) -> Result<(), TableError> {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned);
    let told = AiRunEnded {
        run_id: run.id,
        status: word(json!(run.status)).unwrap_or_default(),
        action: run.decision.and_then(|decision| word(json!(decision.action))),
        probability_millionths: run.decision.and_then(|decision| decision.probability).map(Probability::millionths),
        held_by: run.decision.and_then(|decision| decision.held_by).and_then(|by| word(json!(by))),
        cost_nano_usd: steps.iter().map(|step| step.cost_nano_usd).fold(0, i64::saturating_add),
    };
    ctx.insert_event(transaction, scope.tenant(), cause, run.version, &told)?;
    Ok(())
}

/// Sends the next turn of a run at once. Where that fails, the agenda makes up for it.
pub async fn send_next(ctx: &Ctx, tenant_id: TenantId, id: AiRunId, at: Timestamp) {
    let due = Due { tenant_id, kind: DueKind::AiRun, id: id.to_string(), at };
    if let Err(error) = ctx.ports().queues.send(Queue::AiRunWork, &[json!(due)]).await {
        tracing::warn!(%error, ai_run.id = %id, "the next turn of a run was not sent; the agenda makes up for it");
    }
}
