//! A billing cycle: by the schedule, a sweep for the work of billing; by hand, one message to the billing work queue for
//! each subscription of one tenant whose period is over.
//!
//! The minute's sweep finds the same work. The cycle is the invoicing schedule as the business knows it, and bills also when
//! the other does not run. Round trips of a run by hand: one query per 80 subscriptions of the tenant, one transaction per
//! page with due ones, and one call per ten messages. A run that comes again sends the same work again, which finds
//! nothing to do.

use std::time::Duration;

use billing::{BillingCycle, BillingWork, PageRequest, Run, RunOutcome, Runs, Subscriptions, Turn};
use cloud::{Ctx, PortError, Queue, Queues, SweepError, Swept, sweep};
use kernel::{RunId, SubscriptionId, Timestamp};
use serde_json::{Value, json};
use table::{
    TableError, TenantScope,
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

/// How many subscriptions are looked at before what is due of them is sent. Each ten messages are a call, and all calls of
/// a hand-over run at once, each over a connection of its own: Lambda has 1,024 file descriptors.
const PAGE: u16 = 80;
/// How many messages are handed over at once.
const SENT_AT_ONCE: usize = 80;
/// How long a cycle by the schedule may take; the next sweep goes on.
const AT_MOST: Duration = Duration::from_secs(45);
/// The work of billing.
const KINDS: [DueKind; 3] = [DueKind::BillingRun, DueKind::RecurringInvoice, DueKind::SubscriptionPeriod];

/// A run that looks for its subscriptions.
#[derive(Clone, Copy)]
struct Search {
    scope: TenantScope,
    run: RunId,
    as_of: Timestamp,
    dry_run: bool,
}

/// Sends out what is due.
pub(crate) async fn start_cycle(ctx: Ctx, cycle: BillingCycle) -> Result<(), CycleError> {
    match cycle {
        BillingCycle::Run { run_id, tenant_id, .. } => start_run(&ctx, TenantScope::new(tenant_id), run_id).await,
        BillingCycle::Retry { retry_run_id, tenant_id } => {
            retry_run(&ctx, TenantScope::new(tenant_id), retry_run_id).await
        }
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
    let (queue, search) = (ctx.ports().queues.as_ref(), Search::of(scope, &run));
    let sent = search.send(ctx, queue).await?;
    runs.found_all(id, ctx.now()).await?;
    tracing::info!(sent, as_of = %search.as_of, "billing work of a run sent out");
    Ok(())
}

/// Sends once more the work of what failed in a run. One query for each megabyte of the run's rows, and one call per ten
/// messages.
async fn retry_run(ctx: &Ctx, scope: TenantScope, id: RunId) -> Result<(), CycleError> {
    let runs = Runs::new(ctx.table(), scope);
    let run = runs.get(id).await?.ok_or_else(|| TableError::Corrupt(format!("no billing run {id}")))?;
    let search = Search::of(scope, &run);
    let failed = runs.all_subscriptions(id).await?.into_iter().filter(|one| one.outcome == RunOutcome::Failed);
    let work: Vec<Value> = failed.filter_map(|one| one.subscription).map(|id| json!(search.work(id))).collect();
    for part in work.chunks(SENT_AT_ONCE) {
        ctx.ports().queues.send(Queue::BillingWork, part).await?;
    }
    tracing::info!(sent = work.len(), "billing work that failed sent out again");
    Ok(())
}

impl Search {
    const fn of(scope: TenantScope, run: &Run) -> Self {
        Self { scope, run: run.id, as_of: run.as_of, dry_run: run.dry_run }
    }

    /// Sends the work of the tenant's own subscriptions that are due, whether or not a sweep has sent it: its message may be
    /// lost, and a run counts all that was due when it was asked for. Gives how many there were.
    async fn send(&self, ctx: &Ctx, queue: &dyn Queues) -> Result<usize, CycleError> {
        let (subscriptions, runs) = (Subscriptions::new(ctx.table(), self.scope), Runs::new(ctx.table(), self.scope));
        let (mut sent, mut request) = (0, PageRequest::first::<PAGE>());
        loop {
            let page = subscriptions.list(&request).await?;
            let due = page.items.iter().filter(|one| one.turn(self.as_of) != Turn::Wait);
            let due: Vec<SubscriptionId> = due.map(|one| one.id).collect();
            runs.note_due(self.run, &due).await?;
            let messages: Vec<Value> = due.into_iter().map(|id| json!(self.work(id))).collect();
            queue.send(Queue::BillingWork, &messages).await?;
            sent += messages.len();
            request.after = page.last;
            if request.after.is_none() {
                return Ok(sent);
            }
        }
    }

    fn work(&self, subscription_id: SubscriptionId) -> BillingWork {
        let Self { scope, run, as_of, dry_run } = *self;
        BillingWork { tenant_id: scope.tenant(), subscription_id, as_of, run_id: Some(run), dry_run }
    }
}

#[cfg(test)]
#[path = "start_cycle_tests.rs"]
mod tests;
