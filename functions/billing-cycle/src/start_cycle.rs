//! A billing cycle: by the schedule, a sweep for the work of billing; by hand, one message to the billing work queue for
//! each subscription of one tenant whose period is over.
//!
//! The minute's sweep finds the same work. The cycle is the invoicing schedule as the business knows it, and bills also when
//! the other does not run. Round trips of a run by hand: one query per shard and page of what is due in all tenants, all
//! shards at once, one transaction per 99 subscriptions, and one call per ten messages. A run that comes again sends the same
//! work again, which finds nothing to do.

use std::time::Duration;

use billing::{BillingCycle, BillingWork, Runs};
use cloud::{Ctx, PortError, Queue, Queues, SweepError, Swept, sweep};
use futures::future::try_join_all;
use kernel::{RunId, SubscriptionId, Timestamp};
use serde_json::{Value, json};
use table::{
    DUE_SHARDS, OperatorScope, TableError, TenantScope,
    agenda::{self, Due, DueKind},
};

/// Why a cycle did not end; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CycleError {
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] PortError),
    /// The sweep failed.
    #[error(transparent)]
    Sweep(#[from] SweepError),
}

/// How many rows a shard looks at before it sends. Each ten messages are a call, and all calls of a hand-over run at once,
/// each over a connection of its own: eight shards then hold 64, where a month's end would want a thousand and Lambda has
/// 1,024 file descriptors.
const PAGE: u16 = 80;
/// How long a cycle by the schedule may take; the next sweep goes on.
const AT_MOST: Duration = Duration::from_secs(45);
/// The work of billing.
const KINDS: [DueKind; 2] = [DueKind::BillingRun, DueKind::SubscriptionPeriod];

/// A run that looks for its subscriptions.
#[derive(Clone, Copy)]
struct Search {
    scope: TenantScope,
    run: RunId,
    as_of: Timestamp,
}

/// Sends out what is due.
pub(crate) async fn start_cycle(ctx: Ctx, cycle: BillingCycle) -> Result<(), CycleError> {
    match cycle {
        BillingCycle::Run { run_id, tenant_id, .. } => start_run(&ctx, TenantScope::new(tenant_id), run_id).await,
        BillingCycle::Scheduled { .. } => {
            // What became due since the schedule fired is due as well: a late cycle leaves nothing to the next one.
            let Swept { sent, is_cut_short } = sweep(&ctx, &KINDS, AT_MOST).await?;
            tracing::info!(sent, is_cut_short, "billing work sent out");
            Ok(())
        }
    }
}

/// Starts a run whose own message was lost between the commit and the queue.
pub(crate) async fn make_up_for(ctx: Ctx, due: Due) -> Result<(), CycleError> {
    let run = Runs::new(ctx.table(), due.scope()).get(due.thing()?).await?;
    match run.filter(|run| run.found_at.is_none()) {
        Some(run) => {
            tracing::warn!(run.id = %run.id, tenant.id = %due.tenant_id, "the start of a run was lost; starting it now");
            start_run(&ctx, due.scope(), run.id).await
        }
        None => Ok(agenda::finish(ctx.table(), &due).await?),
    }
}

async fn start_run(ctx: &Ctx, scope: TenantScope, id: RunId) -> Result<(), CycleError> {
    let runs = Runs::new(ctx.table(), scope);
    let run = runs.get(id).await?.ok_or_else(|| TableError::Corrupt(format!("no billing run {id}")))?;
    let (queue, search) = (ctx.ports().queues.as_ref(), Search { scope, run: id, as_of: run.as_of });
    let sent = try_join_all((0..DUE_SHARDS).map(|shard| search_shard(ctx, queue, shard, search))).await?;
    runs.found_all(id, ctx.now()).await?;
    tracing::info!(sent = sent.iter().sum::<usize>(), as_of = %search.as_of, "billing work of a run sent out");
    Ok(())
}

async fn search_shard(ctx: &Ctx, queue: &dyn Queues, shard: u8, search: Search) -> Result<usize, CycleError> {
    let operator = OperatorScope::assume("due subscriptions of all tenants are found in one index");
    let Search { scope, run, as_of } = search;
    let (mut after, mut sent) = (None, 0);
    loop {
        // Also what a sweep has claimed: its message may be lost, and a run counts all that was due when it was asked for.
        let asked = (shard, as_of, ctx.now());
        let (found, last) = agenda::page_with_claimed(operator, ctx.table(), asked, (PAGE, after)).await?;
        let of_tenant =
            found.into_iter().filter(|due| due.kind == DueKind::SubscriptionPeriod && due.tenant_id == scope.tenant());
        let subscriptions: Vec<SubscriptionId> = of_tenant.map(|due| due.thing()).collect::<Result<_, _>>()?;
        Runs::new(ctx.table(), scope).note_due(run, &subscriptions).await?;
        let messages: Vec<Value> = subscriptions.into_iter().map(|id| json!(search.work(id))).collect();
        queue.send(Queue::BillingWork, &messages).await?;
        sent += messages.len();
        after = last;
        if after.is_none() {
            return Ok(sent);
        }
    }
}

impl Search {
    fn work(&self, subscription_id: SubscriptionId) -> BillingWork {
        let Self { scope, run, as_of } = *self;
        BillingWork { tenant_id: scope.tenant(), subscription_id, as_of, run_id: Some(run) }
    }
}

#[cfg(test)]
#[path = "start_cycle_tests.rs"]
mod tests;
