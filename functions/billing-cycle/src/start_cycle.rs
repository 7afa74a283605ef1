//! A billing cycle: one message to the billing work queue for each subscription whose period is over.
//!
//! Round trips: one query per shard and megabyte of due rows, all shards at once, and one call per ten messages; for a
//! run by hand one transaction per 99 subscriptions before they are sent. A cycle that comes again sends the same work
//! again, which finds nothing to do.

use billing::{BillingCycle, BillingWork, Due, DueThing, Runs, due};
use cloud::{Ctx, PortError, Queue, Queues};
use futures::future::try_join_all;
use kernel::{RunId, SubscriptionId, TenantId, Timestamp};
use serde_json::{Value, json};
use table::{DUE_SHARDS, OperatorScope, TableError, TenantScope};

/// Why a cycle did not end; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CycleError {
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] PortError),
}

/// How many messages a shard hands to the queue before it waits. Each ten are a call, and all calls of a hand-over run
/// at once, each over a connection of its own: eight shards then hold 64, where a month's end would want a thousand and
/// Lambda has 1,024 file descriptors.
const SENT_AT_ONCE: usize = 80;

/// What a cycle looks for.
#[derive(Clone, Copy)]
struct Search {
    as_of: Timestamp,
    /// In one tenant only, counted in this run.
    run: Option<(TenantId, RunId)>,
}

/// Sends out what is due.
pub(crate) async fn start_cycle(ctx: Ctx, cycle: BillingCycle) -> Result<(), CycleError> {
    match cycle {
        BillingCycle::Run { run_id, tenant_id, as_of } => {
            search_all(&ctx, Search { as_of, run: Some((tenant_id, run_id)) }).await.map(drop)
        }
        BillingCycle::Scheduled { .. } => {
            // What became due since the schedule fired is due as well: a late cycle leaves nothing to the next one.
            for (tenant, run) in search_all(&ctx, Search { as_of: ctx.now(), run: None }).await? {
                make_up_for(&ctx, tenant, run).await?;
            }
            Ok(())
        }
    }
}

/// Starts a run whose own message was lost between the commit and the queue.
async fn make_up_for(ctx: &Ctx, tenant: TenantId, run: RunId) -> Result<(), CycleError> {
    let Some(found) = Runs::new(ctx.table(), TenantScope::new(tenant)).get(run).await? else { return Ok(()) };
    tracing::warn!(run.id = %run, tenant.id = %tenant, "the start of a billing run was lost; starting it now");
    search_all(ctx, Search { as_of: found.as_of, run: Some((tenant, run)) }).await.map(drop)
}

/// Sends out what a search finds; gives the runs that were found beside the subscriptions.
async fn search_all(ctx: &Ctx, search: Search) -> Result<Vec<(TenantId, RunId)>, CycleError> {
    let queue = ctx.ports().queues.as_ref();
    let shards = try_join_all((0..DUE_SHARDS).map(|shard| search_shard(ctx, queue, shard, search))).await?;
    if let Some((tenant, run)) = search.run {
        Runs::new(ctx.table(), TenantScope::new(tenant)).found_all(run, ctx.now()).await?;
    }
    let sent: usize = shards.iter().map(|shard| shard.sent).sum();
    tracing::info!(sent, as_of = %search.as_of, "billing work sent out");
    Ok(shards.into_iter().flat_map(|shard| shard.runs).collect())
}

/// What was found in one shard.
#[derive(Default)]
struct Shard {
    sent: usize,
    runs: Vec<(TenantId, RunId)>,
}

async fn search_shard(ctx: &Ctx, queue: &dyn Queues, shard: u8, search: Search) -> Result<Shard, CycleError> {
    let operator = OperatorScope::assume("due subscriptions of all tenants are found in one index");
    let (mut after, mut result) = (None, Shard::default());
    loop {
        let (found, last) = due(operator, ctx.table(), shard, search.as_of, after).await?;
        let mut subscriptions: Vec<(TenantId, SubscriptionId)> = Vec::with_capacity(found.len());
        for Due { tenant, thing } in found.into_iter().filter(|due| search.wants(due)) {
            match thing {
                DueThing::Subscription(id) => subscriptions.push((tenant, id)),
                DueThing::Run(id) => result.runs.push((tenant, id)),
            }
        }
        if let Some((tenant, run)) = search.run {
            let ids: Vec<SubscriptionId> = subscriptions.iter().map(|(_, id)| *id).collect();
            Runs::new(ctx.table(), TenantScope::new(tenant)).note_due(run, &ids).await?;
        }
        let messages: Vec<Value> =
            subscriptions.into_iter().map(|(tenant, id)| json!(search.work(tenant, id))).collect();
        for some in messages.chunks(SENT_AT_ONCE) {
            queue.send(Queue::BillingWork, some).await?;
            result.sent += some.len();
        }
        after = last;
        if after.is_none() {
            return Ok(result);
        }
    }
}

impl Search {
    fn wants(&self, due: &Due) -> bool {
        self.run.is_none_or(|(tenant, _)| due.tenant == tenant)
    }

    fn work(&self, tenant_id: TenantId, subscription_id: SubscriptionId) -> BillingWork {
        BillingWork { tenant_id, subscription_id, as_of: self.as_of, run_id: self.run.map(|(_, run)| run) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use billing::{
        Interval, NewSubscription, Plan, Run, RunStatus, Subscriber, Subscription, Subscriptions, catalogue,
    };
    use cloud::Function;
    use kernel::{Currency, UserId};
    use testkit::Stack;
    use ulid::Ulid;

    use super::*;

    /// A subscription of a tenant that needs no other rows, since the stack's first day.
    async fn subscribed(stack: &Stack, scope: TenantScope) -> SubscriptionId {
        subscribed_as(stack, scope, SubscriptionId::new(stack.ctx().new_ulid())).await
    }

    async fn subscribed_as(stack: &Stack, scope: TenantScope, id: SubscriptionId) -> SubscriptionId {
        let plan: Plan = catalogue().remove(1);
        let ctx = stack.ctx();
        let new = NewSubscription {
            id,
            subscriber: Subscriber::User(UserId::new(ctx.new_ulid())),
            currency: Currency::USD,
            interval: Interval::Month,
            zone: "UTC".parse().unwrap(),
        };
        let subscription = Subscription::start(new, &plan, ctx.now()).unwrap();
        for write in Subscriptions::insert(scope, &subscription).unwrap() {
            ctx.table().write(write).await.unwrap();
        }
        subscription.id
    }

    async fn wake(stack: &Stack, message: Value) -> Value {
        let Function::Event(handle) = crate::function(stack.ctx().clone()) else { panic!("not woken by events") };
        let record =
            json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
        handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"].clone()
    }

    /// A queue that notes how many messages it is handed at once.
    #[derive(Default)]
    struct HandOvers(Mutex<Vec<usize>>);

    #[async_trait]
    impl Queues for HandOvers {
        async fn send(&self, _: Queue, messages: &[Value]) -> Result<(), PortError> {
            self.0.lock().unwrap().push(messages.len());
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_full_month_end_is_handed_over_in_pieces() {
        let stack = Stack::start().await;
        let scope = tenant(&stack);
        for number in 1..=90 {
            // All in one shard: the last bits of the id choose it.
            subscribed_as(&stack, scope, SubscriptionId::new(Ulid(number * u128::from(DUE_SHARDS)))).await;
        }
        stack.set_clock("2026-12-21T01:00:00Z");
        let (queue, search) = (HandOvers::default(), Search { as_of: stack.ctx().now(), run: None });
        let shard = search_shard(stack.ctx(), &queue, 0, search).await.unwrap();
        assert_eq!((shard.sent, queue.0.into_inner().unwrap()), (90, vec![80, 10]));
    }

    fn tenant(stack: &Stack) -> TenantScope {
        TenantScope::new(TenantId::new(stack.ctx().new_ulid()))
    }

    #[tokio::test]
    async fn the_schedule_sends_what_is_due_in_all_tenants() {
        let stack = Stack::start().await;
        let (a, b) = (tenant(&stack), tenant(&stack));
        let mut expected = Vec::new();
        for scope in [a, b, a, a] {
            expected.push((scope.tenant(), subscribed(&stack, scope).await));
        }
        stack.set_clock("2026-11-22T12:00:00Z");
        subscribed(&stack, a).await;
        let message = json!({ "scheduledTime": "2026-12-21T01:00:00Z" });
        stack.set_clock("2026-12-21T00:59:59.999Z");
        assert_eq!(wake(&stack, message.clone()).await, json!([]));
        assert!(stack.work.to(Queue::BillingWork).is_empty());
        stack.set_clock("2026-12-21T01:00:00Z");
        assert_eq!(wake(&stack, message).await, json!([]));
        let mut sent: Vec<_> = stack
            .work
            .to(Queue::BillingWork)
            .into_iter()
            .map(|message| serde_json::from_value::<BillingWork>(message).unwrap())
            .map(|work| (work.tenant_id, work.subscription_id))
            .collect();
        sent.sort_unstable();
        expected.sort_unstable();
        assert_eq!(sent, expected);
    }

    #[tokio::test]
    async fn a_run_by_hand_stays_in_its_tenant_and_counts_what_it_found() {
        let stack = Stack::start().await;
        let (a, b) = (tenant(&stack), tenant(&stack));
        for scope in [a, b, a] {
            subscribed(&stack, scope).await;
        }
        stack.set_clock("2026-12-21T01:00:00Z");
        let (table, now) = (stack.ctx().table(), stack.ctx().now());
        let (id, runs) = (RunId::new(stack.ctx().new_ulid()), Runs::new(table, a));
        table.write(Runs::insert(a, &Run::new(id, now, now)).unwrap()).await.unwrap();
        let message = json!(BillingCycle::Run { run_id: id, tenant_id: a.tenant(), as_of: now });
        for _ in 0..2 {
            assert_eq!(wake(&stack, message.clone()).await, json!([]));
        }
        let run = runs.get(id).await.unwrap().unwrap();
        assert_eq!((run.due, run.status()), (2, RunStatus::Running));
        let sent = stack.work.to(Queue::BillingWork);
        assert_eq!(sent.len(), 4, "sent again, as the first sending may have been lost");
        assert!(sent.iter().all(|work| work["tenantId"] == json!(a.tenant()) && work["runId"] == json!(id)));
    }

    #[tokio::test]
    async fn a_run_whose_start_was_lost_is_started_by_the_next_cycle() {
        let stack = Stack::start().await;
        let scope = tenant(&stack);
        subscribed(&stack, scope).await;
        stack.set_clock("2026-12-21T01:00:00Z");
        let (table, now) = (stack.ctx().table(), stack.ctx().now());
        let (id, runs) = (RunId::new(stack.ctx().new_ulid()), Runs::new(table, scope));
        table.write(Runs::insert(scope, &Run::new(id, now, now)).unwrap()).await.unwrap();
        let schedule = json!({ "scheduledTime": "2026-12-21T01:00:00Z" });
        wake(&stack, schedule.clone()).await;
        assert_eq!(runs.get(id).await.unwrap().unwrap().found_at, None, "its own message may still be on its way");
        stack.set_clock("2026-12-21T02:00:00Z");
        wake(&stack, schedule.clone()).await;
        let run = runs.get(id).await.unwrap().unwrap();
        assert_eq!((run.due, run.found_at), (1, Some(stack.ctx().now())));
        let before = stack.work.to(Queue::BillingWork).len();
        wake(&stack, schedule).await;
        assert_eq!(
            stack.work.to(Queue::BillingWork).len(),
            before + 1,
            "started once, then only the subscription is due"
        );
    }

    #[tokio::test]
    async fn a_run_that_finds_nothing_is_done() {
        let stack = Stack::start().await;
        let scope = tenant(&stack);
        let (table, now) = (stack.ctx().table(), stack.ctx().now());
        let id = RunId::new(stack.ctx().new_ulid());
        table.write(Runs::insert(scope, &Run::new(id, now, now)).unwrap()).await.unwrap();
        let message = json!(BillingCycle::Run { run_id: id, tenant_id: scope.tenant(), as_of: now });
        assert_eq!(wake(&stack, message).await, json!([]));
        assert_eq!(Runs::new(table, scope).get(id).await.unwrap().unwrap().status(), RunStatus::Done);
        assert_eq!(wake(&stack, json!({ "unknown": true })).await, json!([{ "itemIdentifier": "1" }]));
    }
}
