//! What is due is sent once, in time, in order, whatever was missed or broke.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cloud::{Ctx, Function, PortError, Queue, Queues};
use kernel::{TenantId, Timestamp};
use serde_json::{Value, json};
use table::{
    DUE_SHARDS, TenantScope,
    agenda::{self, Due},
};
use testkit::Stack;

use super::*;

async fn tick(stack: &Stack) {
    wake(stack.ctx()).await.unwrap();
}

async fn wake(ctx: &Ctx) -> Result<Value, cloud::EventError> {
    let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
    handle(json!({ "scheduledTime": "2026-11-21T01:00:00Z" })).await
}

fn tenant(stack: &Stack) -> TenantScope {
    TenantScope::new(TenantId::new(stack.ctx().new_ulid()))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn set(stack: &Stack, scope: TenantScope, kind: DueKind, id: &str, instant: &str) {
    table::write_alone(stack.ctx().table(), |tx| agenda::set(tx, scope, kind, id, at(instant))).await.unwrap();
}

fn sent(stack: &Stack, queue: Queue) -> Vec<Due> {
    stack.work.to(queue).into_iter().map(|message| serde_json::from_value(message).unwrap()).collect()
}

#[tokio::test]
async fn work_of_every_kind_goes_to_its_own_queue_when_it_is_due() {
    let stack = Stack::start().await;
    let scope = tenant(&stack);
    for kind in DueKind::ALL {
        set(&stack, scope, kind, kind.as_str(), "2026-11-21T01:00:30Z").await;
    }
    tick(&stack).await;
    for kind in DueKind::ALL {
        assert_eq!(sent(&stack, Queue::of(kind)), []);
    }
    stack.set_clock("2026-11-21T01:01:00Z");
    tick(&stack).await;
    for kind in DueKind::ALL {
        let expected =
            Due { tenant_id: scope.tenant(), kind, id: kind.as_str().to_owned(), at: at("2026-11-21T01:00:30Z") };
        assert!(sent(&stack, Queue::of(kind)).contains(&expected), "{expected:?}");
    }
}

#[tokio::test]
async fn work_that_is_not_done_is_sent_again_after_its_lease_and_not_each_minute() {
    let stack = Stack::start().await;
    set(&stack, tenant(&stack), DueKind::SubscriptionPeriod, "sub_1", "2026-11-21T01:00:00Z").await;
    let mut counts = Vec::new();
    for now in ["01:00", "01:01", "01:59", "02:00", "03:59", "04:00"] {
        stack.set_clock(&format!("2026-11-21T{now}:00Z"));
        tick(&stack).await;
        counts.push(stack.work.to(Queue::BillingWork).len());
    }
    assert_eq!(counts, [1, 1, 1, 2, 2, 3]);
    // Its worker ends it.
    let sent_work = sent(&stack, Queue::BillingWork);
    table::write_alone(stack.ctx().table(), |tx| Ok(agenda::done(tx, &sent_work[0]))).await.unwrap();
    stack.set_clock("2027-11-21T01:00:00Z");
    tick(&stack).await;
    assert_eq!(stack.work.to(Queue::BillingWork).len(), 3);
}

#[tokio::test]
async fn twenty_six_hours_of_missed_ticks_lose_nothing_and_keep_the_order_of_a_thing() {
    let stack = Stack::start().await;
    let scope = tenant(&stack);
    // Every hour something of each kind becomes due, of things of their own and of one that both kinds share.
    for hour in 0..26_i64 {
        let instant = stack.ctx().now().plus(jiff::SignedDuration::from_hours(hour)).to_string();
        set(&stack, scope, DueKind::SubscriptionPeriod, &format!("sub_{hour}"), &instant).await;
    }
    set(&stack, scope, DueKind::BillingRun, "both", "2026-11-21T05:00:00Z").await;
    set(&stack, scope, DueKind::SubscriptionPeriod, "both", "2026-11-21T04:00:00Z").await;
    stack.set_clock("2026-11-22T03:00:00Z");
    tick(&stack).await;
    let work = sent(&stack, Queue::BillingWork);
    let mut ids: Vec<&str> = work.iter().map(|due| due.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), work.len()), (27, 27), "each once");
    for shard in 0..DUE_SHARDS {
        let of_shard: Vec<Timestamp> =
            work.iter().filter(|due| agenda::shard(due) == shard).map(|due| due.at).collect();
        assert!(of_shard.is_sorted(), "oldest first: {of_shard:?}");
    }
    assert_eq!(sent(&stack, Queue::BillingCycles), [], "what was due later of the same thing waits for the next tick");
    stack.set_clock("2026-11-22T03:01:00Z");
    tick(&stack).await;
    assert_eq!(sent(&stack, Queue::BillingCycles).len(), 1);
    assert_eq!(stack.work.to(Queue::BillingWork).len(), 27);
}

#[tokio::test]
async fn a_backlog_of_many_pages_is_sent_in_hand_overs_of_a_page() {
    let stack = Stack::start().await;
    let scope = tenant(&stack);
    for number in 0..1_000 {
        set(&stack, scope, DueKind::SubscriptionPeriod, &format!("sub_{number}"), "2026-11-21T01:00:00Z").await;
    }
    let queue = Arc::<HandOvers>::default();
    wake(&stack.queueing(queue.clone())).await.unwrap();
    let hand_overs = queue.taken.lock().unwrap().clone();
    assert_eq!(hand_overs.iter().sum::<usize>(), 1_000);
    assert!(hand_overs.iter().all(|messages| *messages <= 80), "{hand_overs:?}");
}

#[tokio::test]
async fn a_sweep_that_comes_to_its_deadline_leaves_the_rest_to_the_next() {
    let stack = Stack::start().await;
    set(&stack, tenant(&stack), DueKind::SubscriptionPeriod, "sub_1", "2026-11-21T01:00:00Z").await;
    let swept = sweep(stack.ctx(), &DueKind::ALL, Duration::ZERO).await.unwrap();
    assert_eq!(swept, Swept { sent: 0, is_cut_short: true });
    tick(&stack).await;
    assert_eq!(stack.work.to(Queue::BillingWork).len(), 1);
}

#[tokio::test]
async fn two_sweeps_at_once_send_each_message_once() {
    let stack = Stack::start().await;
    let scope = tenant(&stack);
    for number in 0..100 {
        set(&stack, scope, DueKind::SubscriptionPeriod, &format!("sub_{number}"), "2026-11-21T01:00:00Z").await;
    }
    let (one, two, three) = tokio::join!(wake(stack.ctx()), wake(stack.ctx()), wake(stack.ctx()));
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    let mut ids: Vec<String> = sent(&stack, Queue::BillingWork).into_iter().map(|due| due.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), stack.work.to(Queue::BillingWork).len()), (100, 100));
}

#[tokio::test]
async fn work_that_was_moved_while_its_message_was_in_the_queue_is_done_at_its_new_time() {
    let stack = Stack::start().await;
    let scope = tenant(&stack);
    set(&stack, scope, DueKind::SubscriptionPeriod, "sub_1", "2026-11-21T01:00:00Z").await;
    tick(&stack).await;
    set(&stack, scope, DueKind::SubscriptionPeriod, "sub_1", "2026-11-21T01:10:00Z").await;
    let late = sent(&stack, Queue::BillingWork).remove(0);
    agenda::finish(stack.ctx().table(), &late).await.unwrap();
    stack.set_clock("2026-11-21T01:10:00Z");
    tick(&stack).await;
    let work = sent(&stack, Queue::BillingWork);
    assert_eq!(work.iter().map(|due| due.at).collect::<Vec<_>>(), [late.at, at("2026-11-21T01:10:00Z")]);
}

#[tokio::test]
async fn a_queue_that_fails_keeps_no_other_work_back_and_its_own_comes_again() {
    let stack = Stack::start().await;
    let scope = tenant(&stack);
    set(&stack, scope, DueKind::BillingRun, "run_1", "2026-11-21T01:00:00Z").await;
    set(&stack, scope, DueKind::SubscriptionPeriod, "sub_1", "2026-11-21T01:00:00Z").await;
    let queue = Arc::new(HandOvers { broken: Some(Queue::BillingCycles), ..HandOvers::default() });
    assert!(wake(&stack.queueing(queue.clone())).await.is_err());
    assert_eq!(*queue.taken.lock().unwrap(), [1]);
    stack.set_clock("2026-11-21T02:00:00Z");
    tick(&stack).await;
    assert_eq!(sent(&stack, Queue::BillingCycles).len(), 1);
}

#[tokio::test]
async fn an_idle_tick_takes_eight_queries_and_a_row_one_claim() {
    let stack = Stack::start().await;
    let meter = &stack.ctx().ports().meter;
    let before = meter.total();
    tick(&stack).await;
    let idle = meter.total().since(before);
    assert_eq!((idle.round_trips, idle.write_units), (8, 0));
    set(&stack, tenant(&stack), DueKind::SubscriptionPeriod, "sub_1", "2026-11-21T01:00:00Z").await;
    let before = meter.total();
    tick(&stack).await;
    assert_eq!(meter.total().since(before).round_trips, 9);
}

/// Queues that note how many messages they are handed at once; one of them may be broken.
#[derive(Default)]
struct HandOvers {
    taken: Mutex<Vec<usize>>,
    broken: Option<Queue>,
}

#[async_trait]
impl Queues for HandOvers {
    async fn send(&self, queue: Queue, messages: &[Value]) -> Result<(), PortError> {
        if self.broken == Some(queue) {
            return Err(PortError::Unavailable { service: "the queue", cause: "broken".to_owned() });
        }
        self.taken.lock().unwrap().push(messages.len());
        Ok(())
    }

    async fn send_later(&self, _: Queue, _: &Value, _: Duration) -> Result<(), PortError> {
        unreachable!("a sweep sends what is due now")
    }

    async fn postpone(&self, _: Queue, _: &str, _: Duration) -> Result<(), PortError> {
        unreachable!("a sweep takes from no queue")
    }
}
