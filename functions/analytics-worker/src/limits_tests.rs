//! What the operator's census makes of tenants that near their limits, whose events come late, twice, at once, or while the store
//! breaks.

use std::collections::BTreeMap;

use allowances::Quota;
use cloud::{Ctx, Function};
use events::{
    Meta, Payload,
    tenant::{
        CancelledBy, TenantCancelled,
        limits::{LimitPolicy, LimitUse, TenantLimitReached, TenantLimitWarning, TenantLimitsChecked},
    },
};
use kernel::{EventId, RequestId, Resource, TenantId};
use serde_json::{Value, json};
use table::{OperatorScope, TenantScope};
use tenancy::{Cancellation, LimitFigures, Tenant, Tenants, limits::ResourceCounts};
use testkit::{Beginning, Fault, Interleaving, Stack, task};

const OPERATOR: OperatorScope = OperatorScope::assume("test");
const NOVEMBER: &str = "2026-11-30T23:59:59.999Z";
const DECEMBER: &str = "2026-12-01T00:00:00.000Z";

/// Two tenants, in December.
struct World {
    stack: Stack,
    one: Tenant,
    two: Tenant,
}

fn used(tenant: TenantId, resource: Resource, used: u64) -> LimitUse {
    LimitUse { tenant_id: tenant, resource, used, limit: 100, policy: LimitPolicy::Billed, resets_at: None }
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        stack.operator().await;
        let (one, _) = stack.tenant("toko-a").await;
        let (two, _) = stack.tenant("toko-b").await;
        let world = Self { stack, one, two };
        world.stack.limited(TenantScope::new(world.two.id), 7, &[("users", Quota::AtMost(10))]).await;
        world.has_members(8).await;
        world.stack.set_clock("2026-12-06T01:00:00Z");
        world
    }

    /// The second tenant has so many members, of ten that it may have.
    async fn has_members(&self, members: u64) {
        let ctx = self.stack.ctx();
        let counts = ResourceCounts::new(ctx.table(), TenantScope::new(self.two.id));
        let state = counts.state(Resource::Users, ctx.now()).await.unwrap();
        table::write_alone(ctx.table(), |tx| Ok(counts.repair(tx, &state, members))).await.unwrap();
    }

    fn event<P: Payload>(&self, tenant: TenantId, at: &str, payload: &P) -> Value {
        let ctx = self.stack.ctx();
        let meta = Meta {
            id: EventId::new(ctx.new_ulid()),
            tenant_id: tenant,
            occurred_at: at.parse().unwrap(),
            request_id: RequestId::new(ctx.new_ulid()),
            given_request_id: None,
            subject_version: 1,
        };
        json!(events::record(&meta, payload).unwrap())
    }

    /// One warns and is used up, the other only warns; in November one was used up too.
    fn events(&self) -> Vec<Value> {
        let (one, two, calls) = (self.one.id, self.two.id, Resource::ApiCalls);
        vec![
            self.event(one, NOVEMBER, &TenantLimitReached(used(one, calls, 100))),
            self.event(one, DECEMBER, &TenantLimitWarning(used(one, calls, 80))),
            self.event(one, "2026-12-03T00:00:00Z", &TenantLimitReached(used(one, calls, 100))),
            self.event(two, "2026-12-04T00:00:00Z", &TenantLimitWarning(used(two, calls, 99))),
            self.event(two, "2026-12-04T00:00:00Z", &TenantLimitWarning(used(two, Resource::Users, 8))),
        ]
    }

    async fn figures(&self, at: &str) -> BTreeMap<Resource, LimitFigures> {
        LimitFigures::read(self.stack.ctx().table(), OPERATOR, at.parse().unwrap()).await.unwrap()
    }

    async fn check(&self) {
        // Members are counted as they are now, calls as they were used up in the month.
        let users = (Resource::Users, LimitFigures { near: 1, reached: 0 });
        let december = BTreeMap::from([(Resource::ApiCalls, LimitFigures { near: 1, reached: 1 }), users]);
        assert_eq!(self.figures(DECEMBER).await, december);
        let november = BTreeMap::from([(Resource::ApiCalls, LimitFigures { near: 0, reached: 1 }), users]);
        assert_eq!(self.figures(NOVEMBER).await, november);
    }
}

async fn deliver(ctx: &Ctx, events: &[Value]) -> bool {
    let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
    let record = |(number, event): (usize, &Value)| {
        let body = json!({ "detail": event }).to_string();
        json!({ "messageId": number.to_string(), "body": body, "attributes": {}, "messageAttributes": {} })
    };
    let records: Vec<Value> = events.iter().enumerate().map(record).collect();
    handle(json!({ "Records": records })).await.unwrap()["batchItemFailures"] == json!([])
}

#[tokio::test]
async fn in_whatever_order_and_however_often_marks_are_told_the_numbers_are_the_same() {
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
async fn a_death_anywhere_neither_loses_a_mark_nor_counts_it_twice() {
    let calls = {
        let world = World::open().await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(deliver(&ctx, &world.events()[1..2]).await);
        table.calls()
    };
    assert!(calls >= 3, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let events = world.events();
        let (ctx, _) = world.stack.breaking(Some(fault));
        assert!(!deliver(&ctx, &events[1..2]).await, "{fault:?}");
        assert!(deliver(world.stack.ctx(), &events).await, "{fault:?}");
        world.check().await;
    }
}

#[tokio::test]
async fn two_workers_count_two_marks_of_a_tenant_in_every_order_of_their_calls() {
    let setup = async || {
        let world = World::open().await;
        let mut events = world.events();
        let two = [events.remove(2), events.remove(1)];
        assert!(deliver(world.stack.ctx(), &events).await);
        let tasks = two.map(|event| task(async move |ctx| deliver(&ctx, &[event]).await));
        let World { stack, one, two } = world;
        Beginning { stack, facts: (one, two), tasks: tasks.into() }
    };
    let played = Interleaving::every()
        .passing("#TENANT")
        .passing("#CUSTOMER")
        .passing("#SUB")
        .passing("#LIMITS")
        .passing("#ALLOWANCE")
        .passing("#PLANS")
        .run(setup, async |ended| {
            assert_eq!(ended.results, [true, true]);
            let (one, two) = ended.facts;
            World { stack: ended.stack, one, two }.check().await;
        })
        .await;
    assert!(played >= 3, "{played}");
}

#[tokio::test]
async fn who_is_at_a_limit_of_members_is_counted_as_long_as_that_is_so() {
    let world = World::open().await;
    let checked = TenantLimitsChecked { tenant_id: world.two.id };
    let users = async |members: u64| {
        world.has_members(members).await;
        let event = world.event(TenantId::PLATFORM, "2026-12-06T01:00:00Z", &checked);
        assert!(deliver(&world.stack.granted("analytics-worker"), &[event.clone(), event]).await);
        world.figures(DECEMBER).await.get(&Resource::Users).copied()
    };
    // None of this is told by a mark that was passed this month.
    for (members, near, reached) in [(10, 0, 1), (12, 0, 1), (9, 1, 0), (10, 0, 1)] {
        assert_eq!(users(members).await, Some(LimitFigures { near, reached }), "{members}");
    }
    assert_eq!(users(7).await, None);
}

#[tokio::test]
async fn what_is_heard_of_after_two_months_is_too_late_and_changes_no_month() {
    let world = World::open().await;
    assert!(deliver(world.stack.ctx(), &world.events()).await);
    world.stack.set_clock("2027-01-02T00:00:00Z");
    // November is forgotten by the first mark of January, and stays as it was counted.
    let january =
        world.event(world.one.id, "2027-01-01T00:00:00Z", &TenantLimitWarning(used(world.one.id, Resource::Users, 8)));
    assert!(deliver(world.stack.ctx(), &[january.clone(), january]).await);
    assert!(deliver(world.stack.ctx(), &world.events()).await);
    world.check().await;
    let figures = BTreeMap::from([(Resource::Users, LimitFigures { near: 1, reached: 0 })]);
    assert_eq!(world.figures("2027-01-31T00:00:00Z").await, figures);
}

#[tokio::test]
async fn a_tenant_that_is_over_is_near_no_limit() {
    let world = World::open().await;
    let events = world.events();
    assert!(deliver(world.stack.ctx(), &events).await);
    let cancellation =
        Cancellation { by: CancelledBy::Operator, reason: "It moved".to_owned(), at: world.stack.ctx().now() };
    let over = world.one.clone().cancelled(cancellation).unwrap();
    table::write_alone(world.stack.ctx().table(), |tx| Tenants::save(tx, &over)).await.unwrap();
    let told: TenantCancelled = over.told_cancelled().unwrap();
    let cancelled = world.event(over.id, "2026-12-06T00:00:00Z", &told);
    for event in [cancelled].iter().chain(&events) {
        assert!(deliver(world.stack.ctx(), std::slice::from_ref(event)).await);
    }
    let left = BTreeMap::from([
        (Resource::ApiCalls, LimitFigures { near: 1, reached: 0 }),
        (Resource::Users, LimitFigures { near: 1, reached: 0 }),
    ]);
    assert_eq!(world.figures(DECEMBER).await, left);
}
