//! What the operator's directory and census make of events of tenants that come late, twice, at once, or while the store
//! breaks.

use billing::{Interval, NewSubscription, Plans, Subscription, Subscriptions, tenant_catalogue};
use cloud::{Ctx, Function};
use events::{
    Meta, Payload,
    subscription::SubscriptionPlanChanged,
    tenant::{TenantConverted, TenantTrialExpired},
};
use kernel::{Currency, EventId, Party, RequestId, SubscriptionId, TenantId};
use serde_json::{Value, json};
use table::{OperatorScope, Transaction, pages::PageRequest};
use tenancy::{Census, Directory, DirectoryFilter, DirectoryOrder, Tenant, TenantStatus, Tenants};
use testkit::{Beginning, Fault, Interleaving, Stack, task};

const OPERATOR: OperatorScope = OperatorScope::assume("test");
const END: &str = "2026-12-05T01:00:00Z";

/// A tenant of each end: one converted after its trial, one let it lapse.
struct World {
    stack: Stack,
    converted: Tenant,
    lapsed: Tenant,
    subscription: SubscriptionId,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        stack.operator().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let (lapsed, _) = stack.tenant("toko-b").await;
        let (ctx, books, plans) = (stack.ctx(), OPERATOR.platform(), tenant_catalogue());
        let new = NewSubscription {
            id: SubscriptionId::new(ctx.new_ulid()),
            party: Party::Tenant(tenant.id),
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: tenant.timezone.clone(),
        };
        let subscription = Subscription::start(new, &plans[0], ctx.now()).unwrap();
        let converted = tenant.converted().unwrap();
        let mut transaction = Transaction::new();
        Plans::insert_all(&mut transaction, books, &plans).unwrap();
        Subscriptions::insert(&mut transaction, books, &subscription).unwrap();
        Tenants::save_out_of_trial(&mut transaction, &converted).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        stack.set_clock("2026-12-06T01:00:00Z");
        let subscription = subscription.id;
        Self { stack, converted, lapsed, subscription }
    }

    fn event<P: Payload>(&self, tenant: TenantId, (version, at): (u64, &str), payload: &P) -> Value {
        let ctx = self.stack.ctx();
        let meta = Meta {
            id: EventId::new(ctx.new_ulid()),
            tenant_id: tenant,
            occurred_at: at.parse().unwrap(),
            request_id: RequestId::new(ctx.new_ulid()),
            given_request_id: None,
            subject_version: version,
        };
        json!(events::record(&meta, payload).unwrap())
    }

    fn events(&self) -> Vec<Value> {
        let (one, two) = (&self.converted, &self.lapsed);
        let sub = self.subscription;
        let expired = |id| TenantTrialExpired { tenant_id: id, trial_ends_at: END.parse().unwrap() };
        let converted = TenantConverted {
            tenant_id: one.id,
            subscription_id: Some(sub),
            plan_key: Some("STARTER".to_owned()),
            billed_from: None,
        };
        vec![
            self.event(one.id, (1, "2026-11-21T01:00:00Z"), &one.created("STARTER".to_owned(), sub)),
            self.event(two.id, (1, "2026-11-21T01:00:00Z"), &two.created("STARTER".to_owned(), sub)),
            self.event(one.id, (1, END), &expired(one.id)),
            self.event(two.id, (1, END), &expired(two.id)),
            self.event(one.id, (2, "2026-12-05T02:00:00Z"), &converted),
        ]
    }

    async fn check(&self) {
        let ctx = self.stack.ctx();
        let census = Census::read(ctx.table(), OPERATOR).await.unwrap();
        let cells: Vec<_> = census.cells.iter().map(|cell| (cell.status, cell.plan.as_str(), cell.tenants)).collect();
        let none = Census::NO_PLAN;
        assert_eq!(cells, [(TenantStatus::Active, "STARTER", 1), (TenantStatus::Suspended, none, 1)]);
        let months: Vec<_> = census.months.iter().map(|(month, figures)| (month.to_string(), *figures)).collect();
        assert_eq!(months[0].0, "2026-11-01");
        assert_eq!((months[0].1.signed_up, months[0].1.converted, months[0].1.lapsed), (2, 1, 1));
        assert_eq!((months[1].0.as_str(), months[1].1.began, months[1].1.ended), ("2026-12-01", 1, 0));
        for (status, slug) in [(TenantStatus::Active, "toko-a"), (TenantStatus::Suspended, "toko-b")] {
            assert_eq!(self.listed(Some(status), None).await, [slug]);
        }
        assert_eq!(self.listed(None, Some("STARTER")).await, ["toko-a"]);
        assert_eq!(self.listed(None, None).await, ["toko-b", "toko-a"]);
    }

    async fn listed(&self, status: Option<TenantStatus>, plan: Option<&str>) -> Vec<String> {
        let ctx = self.stack.ctx();
        let filter = DirectoryFilter { status, plan: plan.map(str::to_owned) };
        let (directory, all) = (Directory::new(ctx.table(), OPERATOR), PageRequest::default());
        let page = directory.list(&filter, &DirectoryOrder::Created, &all, ctx.now()).await.unwrap();
        page.items.iter().map(|(tenant, _)| tenant.slug.as_str().to_owned()).collect()
    }
}

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

#[tokio::test]
async fn in_whatever_order_and_however_often_events_come_the_numbers_are_the_same() {
    // Every rotation, forwards and backwards, each event twice.
    for turn in 0..5 {
        for backwards in [false, true] {
            let world = World::open().await;
            let mut events = world.events();
            events.rotate_left(turn);
            if backwards {
                events.reverse();
            }
            for event in events.iter().chain(&events) {
                assert!(deliver(world.stack.ctx(), std::slice::from_ref(event)).await);
            }
            world.check().await;
        }
    }
}

#[tokio::test]
async fn a_death_anywhere_neither_loses_a_tenant_nor_counts_it_twice() {
    let calls = {
        let world = World::open().await;
        let (ctx, table) = world.stack.breaking(None);
        deliver(&ctx, &world.events()[..1]).await;
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let events = world.events();
        let (ctx, _) = world.stack.breaking(Some(fault));
        assert!(!deliver(&ctx, &events[..1]).await, "{fault:?}");
        assert!(deliver(world.stack.ctx(), &events).await, "{fault:?}");
        world.check().await;
    }
}

#[tokio::test]
async fn two_workers_count_two_events_of_a_tenant_in_every_order_of_their_calls() {
    let setup = async || {
        let world = World::open().await;
        let mut events = world.events();
        let two = [events.remove(4), events.remove(2)];
        assert!(deliver(world.stack.ctx(), &events).await);
        let tasks = two.map(|event| task(async move |ctx| deliver(&ctx, &[event]).await));
        let World { stack, converted, lapsed, subscription } = world;
        Beginning { stack, facts: (converted, lapsed, subscription), tasks: tasks.into() }
    };
    let played = Interleaving::every()
        .passing("#TENANT")
        .passing("#CUSTOMER")
        .passing("#SUB")
        .run(setup, async |ended| {
            assert_eq!(ended.results, [true, true]);
            let (converted, lapsed, subscription) = ended.facts;
            World { stack: ended.stack, converted, lapsed, subscription }.check().await;
        })
        .await;
    assert!(played >= 3, "{played}");
}

#[tokio::test]
async fn another_plan_moves_a_tenant_to_other_lists() {
    let world = World::open().await;
    assert!(deliver(world.stack.ctx(), &world.events()).await);
    let (ctx, books, catalogue) = (world.stack.ctx(), OPERATOR.platform(), tenant_catalogue());
    let own = Subscriptions::new(ctx.table(), books).get(world.subscription).await.unwrap().unwrap();
    let own = own.trusted("a test looks at it");
    let upgraded = Subscription::start(
        NewSubscription {
            id: own.id,
            party: own.party,
            currency: Currency::IDR,
            interval: Interval::MONTH,
            quantity: 1,
            zone: world.converted.timezone.clone(),
        },
        &catalogue[1],
        ctx.now(),
    );
    let mut transaction = Transaction::new();
    let mut upgraded = upgraded.unwrap();
    upgraded.version = own.version + 1;
    Subscriptions::save(&mut transaction, books, &upgraded).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let told = SubscriptionPlanChanged {
        subscription_id: own.id,
        customer_id: own.party,
        plan_key: catalogue[1].key.to_string(),
        former_plan_key: "STARTER".to_owned(),
        standing: Some(upgraded.standing()),
    };
    let event = world.event(TenantId::PLATFORM, (upgraded.version, "2026-12-06T01:00:00Z"), &told);
    assert!(deliver(ctx, &[event.clone(), event]).await);
    assert_eq!(world.listed(None, Some("STARTER")).await, [""; 0]);
    assert_eq!(world.listed(Some(TenantStatus::Active), Some("PROFESSIONAL")).await, ["toko-a"]);
    let census = Census::read(ctx.table(), OPERATOR).await.unwrap();
    let cells: Vec<_> = census.cells.iter().map(|cell| (cell.plan.as_str(), cell.tenants)).collect();
    assert_eq!(cells, [("PROFESSIONAL", 1), (Census::NO_PLAN, 1)]);
}

#[tokio::test]
async fn tenant_zero_is_no_tenant_of_the_platform() {
    let world = World::open().await;
    let told =
        TenantConverted { tenant_id: TenantId::PLATFORM, subscription_id: None, plan_key: None, billed_from: None };
    let event = world.event(TenantId::PLATFORM, (2, END), &told);
    assert!(deliver(world.stack.ctx(), &[event]).await);
    let census = Census::read(world.stack.ctx().table(), OPERATOR).await.unwrap();
    assert_eq!(census, Census::default(), "tenant zero is not counted");
}
