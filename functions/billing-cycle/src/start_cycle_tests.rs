//! What the schedule and a run by hand send out.

use std::sync::Mutex;

use async_trait::async_trait;
use billing::{GRACE, Interval, NewSubscription, Plan, RunStatus, Subscription, Subscriptions, catalogue};
use cloud::Function;
use kernel::{Currency, CustomerId, Party, TenantId};
use table::Transaction;
use testkit::Stack;

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
        party: Party::Customer(CustomerId::new(ctx.new_ulid())),
        currency: Currency::USD,
        interval: Interval::MONTH,
        quantity: 1,
        zone: "UTC".parse().unwrap(),
    };
    // Its first fee was invoiced on that day.
    let subscription = Subscription::start(new, &plan, ctx.now()).unwrap().begun(GRACE).unwrap();
    let mut transaction = Transaction::new();
    Subscriptions::insert(&mut transaction, scope, &subscription).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    subscription.id
}

async fn wake(stack: &Stack, message: Value) -> Value {
    let Function::Event(handle) = crate::function(stack.ctx().clone()) else { panic!("not woken by events") };
    let record = json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
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

    async fn send_later(&self, _: Queue, _: &Value, _: Duration) -> Result<(), PortError> {
        unreachable!("a cycle sends what is due now")
    }

    async fn postpone(&self, _: Queue, _: &str, _: Duration) -> Result<(), PortError> {
        unreachable!("a cycle takes from no queue by itself")
    }
}

#[tokio::test]
async fn a_full_month_end_is_handed_over_in_pieces() {
    let stack = Stack::start().await;
    let (scope, now) = (tenant(&stack), stack.ctx().now());
    let run = Run::new(RunId::new(stack.ctx().new_ulid()), now, now);
    insert(&stack, scope, &run).await;
    for _ in 0..90 {
        subscribed(&stack, scope).await;
    }
    stack.set_clock("2026-12-21T01:00:00Z");
    // Those of others are not looked at, nor what is not due.
    subscribed(&stack, tenant(&stack)).await;
    subscribed(&stack, scope).await;
    let (queue, as_of) = (HandOvers::default(), stack.ctx().now());
    let sent = Search { scope, run: run.id, as_of, dry_run: false }.send(stack.ctx(), &queue).await.unwrap();
    assert_eq!((sent, queue.0.into_inner().unwrap()), (90, vec![79, 11]));
}

async fn insert(stack: &Stack, scope: TenantScope, run: &Run) {
    let mut transaction = Transaction::new();
    let newest = Runs::new(stack.ctx().table(), scope).newest().await.unwrap();
    Runs::insert(&mut transaction, scope, run, &newest).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
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
        .map(|message| serde_json::from_value::<Due>(message).unwrap())
        .map(|due| (due.tenant_id, due.thing::<SubscriptionId>().unwrap()))
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
    insert(&stack, a, &Run::new(id, now, now)).await;
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
async fn a_run_whose_start_was_lost_is_started_from_the_agenda() {
    let stack = Stack::start().await;
    let scope = tenant(&stack);
    subscribed(&stack, scope).await;
    stack.set_clock("2026-12-21T01:00:00Z");
    let (table, now) = (stack.ctx().table(), stack.ctx().now());
    let (id, runs) = (RunId::new(stack.ctx().new_ulid()), Runs::new(table, scope));
    insert(&stack, scope, &Run::new(id, now, now)).await;
    let schedule = json!({ "scheduledTime": "2026-12-21T01:00:00Z" });
    wake(&stack, schedule.clone()).await;
    assert_eq!(stack.work.to(Queue::BillingCycles), [] as [Value; 0], "its own message may still be on its way");
    stack.set_clock("2026-12-21T01:05:00Z");
    wake(&stack, schedule).await;
    let start = stack.work.to(Queue::BillingCycles);
    assert_eq!(start.len(), 1);
    // What the schedule has sent already counts in the run as well. The same message twice starts it once.
    for _ in 0..2 {
        assert_eq!(wake(&stack, start[0].clone()).await, json!([]));
        let run = runs.get(id).await.unwrap().unwrap();
        assert_eq!((run.due, run.found_at), (1, Some(stack.ctx().now())));
        assert_eq!(stack.work.to(Queue::BillingWork).len(), 2);
    }
    let gone = json!({ "tenantId": scope.tenant(), "kind": "billing_run", "id": RunId::new(stack.ctx().new_ulid()),
        "at": now });
    assert_eq!(wake(&stack, gone).await, json!([]), "a run that is not there is not looked for again");
}

#[tokio::test]
async fn a_run_that_finds_nothing_is_done() {
    let stack = Stack::start().await;
    let scope = tenant(&stack);
    let (table, now) = (stack.ctx().table(), stack.ctx().now());
    let id = RunId::new(stack.ctx().new_ulid());
    insert(&stack, scope, &Run::new(id, now, now)).await;
    let message = json!(BillingCycle::Run { run_id: id, tenant_id: scope.tenant(), as_of: now });
    assert_eq!(wake(&stack, message).await, json!([]));
    assert_eq!(Runs::new(table, scope).get(id).await.unwrap().unwrap().status(), RunStatus::Done);
    assert_eq!(wake(&stack, json!({ "unknown": true })).await, json!([{ "itemIdentifier": "1" }]));
}
