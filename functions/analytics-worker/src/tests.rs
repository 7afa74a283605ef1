//! What the worker makes of events that come late, twice, at once, or while the store breaks.

use billing::{
    AnalyticsReport, Interval, NewSubscription, Plans, Subscription, SubscriptionSums, Subscriptions, catalogue,
};
use cloud::{Ctx, Function};
use events::{
    Meta, Payload,
    subscription::{
        Beginning as Begins, CancelReason, RecordedUsage, StandingState, SubscriptionCancelled, SubscriptionCreated,
        SubscriptionPlanChanged, SubscriptionStanding, SubscriptionTrialEnded, UsageSum,
    },
};
use kernel::{Currency, Date, EventId, Party, RequestId, SubscriptionId, Timestamp};
use serde_json::{Value, json};
use table::{TenantScope, Transaction};
use testkit::{Beginning, Fault, Interleaving, Stack, task};

const SUBSCRIPTION: &str = "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
const CUSTOMER: &str = "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
/// What BASIC and PREMIUM cost in a month, in rupiah.
const BASIC: i64 = 149_000;
const PREMIUM: i64 = 449_000;

struct World {
    stack: Stack,
    scope: TenantScope,
}

fn id() -> SubscriptionId {
    SUBSCRIPTION.parse().unwrap()
}

fn party() -> Party {
    CUSTOMER.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn standing(state: StandingState, plan: &str) -> SubscriptionStanding {
    SubscriptionStanding {
        state,
        plan_key: plan.to_owned(),
        plan_version: 1,
        months: 1,
        quantity: 1,
        currency: Currency::IDR,
        discounts: Vec::new(),
    }
}

/// Delivers events as a batch of the queue does; whether all were taken.
async fn deliver(ctx: &Ctx, events: &[Value]) -> bool {
    let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
    let records: Vec<Value> = events
        .iter()
        .enumerate()
        .map(|(number, event)| {
            let body = json!({ "detail": event }).to_string();
            json!({ "messageId": number.to_string(), "body": body, "attributes": {}, "messageAttributes": {} })
        })
        .collect();
    handle(json!({ "Records": records })).await.unwrap()["batchItemFailures"] == json!([])
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let mut transaction = Transaction::new();
        Plans::insert_all(&mut transaction, owner.scope, &catalogue()).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        Self { stack, scope: owner.scope }
    }

    fn event<P: Payload>(&self, version: u64, at: &str, payload: &P) -> Value {
        let ctx = self.stack.ctx();
        let meta = Meta {
            id: EventId::new(ctx.new_ulid()),
            tenant_id: self.scope.tenant(),
            occurred_at: at.parse::<Timestamp>().unwrap(),
            request_id: RequestId::new(ctx.new_ulid()),
            given_request_id: None,
            subject_version: version,
        };
        json!(events::record(&meta, payload).unwrap())
    }

    /// A trial, its end, another plan, the end.
    fn life(&self) -> Vec<Value> {
        let (subscription_id, customer_id) = (id(), party());
        let created = SubscriptionCreated {
            subscription_id,
            customer_id,
            plan_key: "BASIC".to_owned(),
            status: Begins::Trialing,
            standing: Some(standing(StandingState::Trialing, "BASIC")),
        };
        let trial_ended = SubscriptionTrialEnded {
            subscription_id,
            customer_id,
            plan_key: "BASIC".to_owned(),
            standing: Some(standing(StandingState::Active, "BASIC")),
        };
        let changed = SubscriptionPlanChanged {
            subscription_id,
            customer_id,
            plan_key: "PREMIUM".to_owned(),
            former_plan_key: "BASIC".to_owned(),
            standing: Some(standing(StandingState::Active, "PREMIUM")),
        };
        let cancelled = SubscriptionCancelled {
            subscription_id,
            customer_id,
            plan_key: "PREMIUM".to_owned(),
            reason: CancelReason::Requested,
            invoice_id: None,
            standing: Some(standing(StandingState::Over, "PREMIUM")),
        };
        vec![
            self.event(1, "2026-11-21T01:00:00Z", &created),
            // In Jakarta that is the 6th.
            self.event(2, "2026-12-05T17:30:00Z", &trial_ended),
            self.event(4, "2026-12-07T01:00:00Z", &changed),
            self.event(5, "2026-12-07T02:00:00Z", &cancelled),
        ]
    }

    async fn report(&self) -> AnalyticsReport {
        report(self.stack.ctx(), self.scope).await
    }
}

async fn report(ctx: &Ctx, scope: TenantScope) -> AnalyticsReport {
    let (from, to) = (day("2026-12-01"), day("2026-12-09"));
    let rollups = SubscriptionSums::new(ctx.table(), scope).read(from, to).await.unwrap();
    AnalyticsReport::of(rollups, from, to).unwrap().unwrap()
}

/// What a life comes to, however it is told.
fn check_life(report: &AnalyticsReport) {
    let range = &report.ranges[0];
    assert_eq!((range.opening.trialing, range.opening.revenue), (1, 0), "{report:#?}");
    assert_eq!((range.closing.total(), range.closing.revenue), (0, 0));
    let figures = range.figures;
    assert_eq!((figures.begun, figures.ended), (0, 1));
    assert_eq!((figures.new_revenue, figures.expansion, figures.churn), (BASIC, PREMIUM - BASIC, -PREMIUM));
    let revenue: Vec<i64> = report.days.iter().map(|day| day.level.revenue).collect();
    assert_eq!(revenue, [0, 0, 0, 0, 0, BASIC, 0, 0, 0]);
}

#[tokio::test]
async fn a_life_adds_up_in_whatever_order_it_is_told_and_however_often() {
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
        let world = World::open().await;
        let life = world.life();
        for at in order {
            for _ in 0..2 {
                assert!(deliver(world.stack.ctx(), &[life[at].clone()]).await);
            }
        }
        check_life(&world.report().await);
        assert!(deliver(world.stack.ctx(), &life).await);
        check_life(&world.report().await);
    }
}

#[tokio::test]
async fn workers_at_once_count_each_change_once() {
    let world = World::open().await;
    let life = world.life();
    let backwards: Vec<Value> = life.iter().rev().cloned().collect();
    let calls = (0..3).flat_map(|_| [&life, &backwards]).map(|batch| deliver(world.stack.ctx(), batch));
    futures::future::join_all(calls).await;
    assert!(deliver(world.stack.ctx(), &life).await, "what was given back comes again");
    check_life(&world.report().await);
}

#[tokio::test]
async fn two_workers_count_two_changes_in_every_order_of_their_calls() {
    let setup = async || {
        let world = World::open().await;
        let life = world.life();
        assert!(deliver(world.stack.ctx(), &life[..2]).await);
        let tasks =
            [life[2].clone(), life[3].clone()].map(|event| task(async move |ctx| deliver(&ctx, &[event]).await));
        Beginning { stack: world.stack, facts: world.scope, tasks: tasks.into() }
    };
    let orders = Interleaving::every().passing("#TENANT").passing("#PLANS");
    let played = orders
        .run(setup, async |ended| {
            assert_eq!(ended.results, [true, true]);
            check_life(&report(ended.stack.ctx(), ended.facts).await);
        })
        .await;
    assert!(played >= 6, "{played}");
}

#[tokio::test]
async fn a_death_anywhere_neither_loses_a_change_nor_counts_it_twice() {
    let calls = {
        let world = World::open().await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(deliver(&ctx, &world.life()).await);
        table.calls()
    };
    assert!(calls >= 8, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let life = world.life();
        let (ctx, _) = world.stack.breaking(Some(fault));
        assert!(!deliver(&ctx, &life).await, "{fault:?}");
        assert!(deliver(&ctx, &life).await, "{fault:?}");
        check_life(&world.report().await);
    }
}

#[tokio::test]
async fn an_event_of_an_older_release_counts_the_subscription_as_it_is() {
    let world = World::open().await;
    let plan = catalogue().into_iter().find(|plan| plan.key.to_string() == "BASIC").unwrap();
    let new = NewSubscription {
        id: id(),
        party: party(),
        currency: Currency::IDR,
        interval: Interval::MONTH,
        quantity: 1,
        zone: "Asia/Jakarta".parse().unwrap(),
    };
    let subscription = Subscription::start(new, &plan, world.stack.ctx().now()).unwrap();
    let mut transaction = Transaction::new();
    Subscriptions::insert(&mut transaction, world.scope, &subscription).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    let mut event = world.life()[0].clone();
    event["data"].as_object_mut().unwrap().remove("standing");
    for _ in 0..2 {
        assert!(deliver(world.stack.ctx(), std::slice::from_ref(&event)).await);
    }
    assert_eq!(world.report().await.ranges[0].opening.total(), 1);
}

#[tokio::test]
async fn what_names_nothing_is_done() {
    let world = World::open().await;
    let mut event = world.life()[0].clone();
    event["data"].as_object_mut().unwrap().remove("standing");
    assert!(deliver(world.stack.ctx(), &[event]).await, "there is no such subscription");
    let mut elsewhere = world.life()[0].clone();
    elsewhere["tenantId"] = json!("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    assert!(deliver(world.stack.ctx(), &[elsewhere]).await);
    assert_eq!(world.report().await, AnalyticsReport::default());
}

#[tokio::test]
async fn usage_is_added_once_and_taken_back_once() {
    let world = World::open().await;
    let recorded = |events: i64, units: Option<i64>| {
        let request_id = RequestId::new(world.stack.ctx().new_ulid());
        let (plan_key, feature) = ("PREMIUM".to_owned(), "predictions".to_owned());
        let sums = vec![UsageSum { plan_key, feature, day: day("2026-12-02"), events, units }];
        world.event(0, "2026-12-02T01:00:00Z", &RecordedUsage { request_id, sums })
    };
    let (some, more, back) = (recorded(2, Some(15)), recorded(1, Some(4)), recorded(-1, Some(-5)));
    let batch = [some.clone(), more.clone(), some, back.clone(), back, more];
    for _ in 0..2 {
        while !deliver(world.stack.ctx(), &batch).await {}
    }
    let usage = world.report().await.usage;
    assert_eq!((usage.len(), usage[0].events, usage[0].units), (1, 2, Some(14)));
}
