//! A night of a tenant: drift that is sown, races, and what is billed.

use billing::{Interval, NewSubscription, Plans, Quota, Subscription, Subscriptions, tenant_catalogue};
use cloud::{Ctx, Function, Queue};
use events::Cause;
use identity::{Role, Users};
use kernel::{Currency, EventId, Party, RequestId, Resource, SubscriptionId, TenantId, UserId, Zone};
use metering::{Call, LogDelivery, record};
use serde_json::{Value, json};
use table::{Query, TenantScope, Transaction};
use tenancy::{
    LogoDigest,
    limits::{KeptFiles, LimitCause, LogoChange, ResourceCounts},
};
use testkit::{Fault, Stack};

const NIGHT: &str = "2026-11-22T01:10:00.000Z";

struct Night {
    stack: Stack,
    tenant: TenantId,
    scope: TenantScope,
    books: TenantScope,
}

impl Night {
    /// A tenant on this plan since the stack's first day, with an owner and a manager. Its plan includes no call.
    async fn open(plan: usize) -> Self {
        Self::including(plan, 0).await
    }

    /// The same, where a month includes so many calls.
    async fn including(plan: usize, calls: u64) -> Self {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let (scope, books) = (TenantScope::new(tenant.id), TenantScope::new(TenantId::PLATFORM));
        stack.operator().await;
        stack.user(scope, "m@toko-a.example", Role::Manager).await;
        stack.user(scope, "budi@example.com", Role::User).await;
        let (ctx, mut plans) = (stack.ctx(), tenant_catalogue());
        for plan in &mut plans {
            plan.quotas.insert("apiCallsPerMonth".to_owned(), Quota::Including(calls));
        }
        let new = NewSubscription {
            id: SubscriptionId::new(ctx.new_ulid()),
            party: Party::Tenant(tenant.id),
            currency: Currency::USD,
            interval: Interval::MONTH,
            quantity: 1,
            zone: Zone::utc(),
        };
        let subscription = Subscription::start(new, &plans[plan], ctx.now()).unwrap();
        let mut transaction = Transaction::new();
        Plans::insert_all(&mut transaction, books, &plans).unwrap();
        Subscriptions::insert(&mut transaction, books, &subscription).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        Self { stack, tenant: tenant.id, scope, books }
    }

    fn counts(&self) -> ResourceCounts<'_> {
        ResourceCounts::new(self.stack.ctx().table(), self.scope)
    }

    async fn used(&self, resource: Resource) -> i64 {
        self.counts().state(resource, self.stack.ctx().now()).await.unwrap().count.used
    }

    /// Counts what nobody made.
    async fn drift(&self, resource: Resource, amount: u64) {
        let (table, now) = (self.stack.ctx().table(), self.stack.ctx().now());
        table::write_alone(table, |tx| Ok(self.counts().count(tx, resource, amount, now))).await.unwrap();
    }

    /// Calls on the 21st by a member, as the meter counts them.
    async fn called(&self, calls: usize) {
        self.called_by(json!({ "user.id": UserId::new(self.stack.ctx().new_ulid()) }), calls).await;
    }

    async fn called_by(&self, who: Value, calls: usize) {
        let mut line = json!({ "target": metering::TARGET, "at": "2026-11-21T12:00:00Z", "group": "billing",
            "http.method": "GET", "http.route": "/a", "http.status": 200, "duration_us": 1, "bytes": 1,
            "tenant.id": self.tenant });
        line.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
        let call = Call::read(&line.to_string()).unwrap().unwrap();
        let ids: Vec<String> = (0..calls).map(|id| format!("{id}{who}")).collect();
        let lines = ids.iter().map(|id| (id.as_str(), call.clone()));
        for chunk in LogDelivery::new(ids.iter().map(String::as_str), lines).chunks() {
            record(self.stack.ctx().table(), &chunk, |_| {}, self.stack.ctx().now()).await.unwrap();
        }
    }

    async fn file(&self, path: &str, bytes: u64) {
        let ctx = self.stack.ctx();
        let request = RequestId::new(ctx.new_ulid());
        let cause = LimitCause { event: EventId::new(ctx.new_ulid()), cause: Cause::from(request) };
        KeptFiles::new(ctx.table(), self.scope).count(path, bytes, ctx.now(), cause).await.unwrap();
    }

    async fn recount(&self, ctx: &Ctx) -> bool {
        deliver(ctx, &json!({ "recount": self.tenant, "at": NIGHT })).await
    }

    async fn told(&self) -> Vec<Value> {
        let rows = self.stack.rows().await;
        let recounted = rows.into_iter().filter(|row| row["type"] == "tenant.usage_recounted");
        recounted.map(|row| json!([row["data"]["resource"], row["data"]["counted"], row["data"]["found"]])).collect()
    }

    /// What the tenant's subscription has used: feature and units of each counter.
    async fn billed(&self) -> Vec<(String, i64)> {
        let own = Subscriptions::new(self.stack.ctx().table(), self.books);
        let own = own.list_of(Party::Tenant(self.tenant), &billing::PageRequest::default()).await.unwrap();
        let partition = self.books.partition(format_args!("USAGE#{}", own.items[0].id));
        let counters = Query::partition(partition).begins_with("C#");
        let rows = self.stack.ctx().table().query(counters).await.unwrap().items;
        let counter = |row: &table::Item| {
            let (_, feature) = row["SK"].as_str().unwrap().rsplit_once('#').unwrap();
            (feature.to_owned(), row["used"].as_i64().unwrap())
        };
        let mut counters: Vec<(String, i64)> = rows.iter().map(counter).collect();
        counters.sort();
        counters
    }
}

async fn deliver(ctx: &Ctx, message: &Value) -> bool {
    let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
    let record = json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
    handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
}

#[tokio::test]
async fn what_is_off_is_repaired_once_and_told() {
    let night = Night::open(0).await;
    night.file("a.pdf", 700).await;
    night.called(5).await;
    night.drift(Resource::Users, 3).await;
    night.drift(Resource::StorageBytes, 11).await;
    night.stack.set_clock(NIGHT);
    for _ in 0..2 {
        assert!(night.recount(night.stack.ctx()).await);
    }
    let used = [
        night.used(Resource::Users).await,
        night.used(Resource::StorageBytes).await,
        night.used(Resource::ApiCalls).await,
    ];
    assert_eq!(used, [2, 700, 5]);
    let mut told = night.told().await;
    told.sort_by_key(ToString::to_string);
    assert_eq!(told, [json!(["api_calls", 0, 5]), json!(["storage_bytes", 711, 700]), json!(["users", 5, 2])]);
}

#[tokio::test]
async fn what_is_right_is_left_alone_and_a_count_that_just_changed_waits_for_the_next_night() {
    let night = Night::open(0).await;
    night.stack.set_clock(NIGHT);
    assert!(night.recount(night.stack.ctx()).await);
    assert_eq!(night.told().await.len(), 0);
    night.drift(Resource::Users, 1).await;
    assert!(night.recount(night.stack.ctx()).await);
    assert_eq!(night.used(Resource::Users).await, 3, "the list of members may not show the change yet");
    night.stack.set_clock("2026-11-22T01:15:00.000Z");
    assert!(night.recount(night.stack.ctx()).await);
    assert_eq!(night.used(Resource::Users).await, 2);
}

#[tokio::test]
async fn a_death_anywhere_repairs_once_and_bills_once() {
    let sown = async || {
        let night = Night::open(1).await;
        night.called(5).await;
        night.drift(Resource::Users, 3).await;
        night.stack.set_clock(NIGHT);
        night
    };
    let calls = {
        let night = sown().await;
        let (ctx, table) = night.stack.breaking(None);
        assert!(night.recount(&ctx).await);
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let night = sown().await;
        let (ctx, _) = night.stack.breaking(Some(fault));
        night.recount(&ctx).await;
        assert!(night.recount(&ctx).await, "{fault:?}");
        assert_eq!(night.used(Resource::Users).await, 2, "{fault:?}");
        assert_eq!(night.told().await.len(), 2, "{fault:?}: members and calls");
        assert_eq!(night.billed().await, [("api_calls".to_owned(), 5), ("users".to_owned(), 2)], "{fault:?}");
    }
}

#[tokio::test]
async fn a_day_is_billed_once_by_what_the_plan_counts() {
    let night = Night::open(1).await;
    night.called(12).await;
    night.called_by(json!({}), 30).await;
    night.called_by(json!({ "user.id": UserId::new(night.stack.ctx().new_ulid()), "http.status": 429 }), 40).await;
    night.file("big.bin", (2 << 30) + 1).await;
    night.stack.set_clock(NIGHT);
    for _ in 0..2 {
        assert!(night.recount(night.stack.ctx()).await);
    }
    let of = |name: &str, units| (name.to_owned(), units);
    assert_eq!(night.billed().await, [of("api_calls", 12), of("storage_gigabytes", 3), of("users", 2)]);
    // A plan that blocks members and files counts neither.
    let night = Night::open(0).await;
    night.called(12).await;
    night.stack.set_clock(NIGHT);
    assert!(night.recount(night.stack.ctx()).await);
    assert_eq!(night.billed().await, [of("api_calls", 12)]);
}

#[tokio::test]
async fn the_calls_of_a_month_that_are_billed_are_the_overage_of_its_usage() {
    let night = Night::including(1, 10).await;
    let by = |at: &str| json!({ "user.id": UserId::new(night.stack.ctx().new_ulid()), "at": at });
    // Before the subscription's period began, in the same month; and in the month before, which is another.
    night.called_by(by("2026-11-05T12:00:00Z"), 8).await;
    night.called_by(by("2026-10-31T12:00:00Z"), 900).await;
    night.called(5).await;
    night.stack.set_clock(NIGHT);
    for _ in 0..2 {
        assert!(night.recount(night.stack.ctx()).await);
    }
    let calls = night.counts().state(Resource::ApiCalls, night.stack.ctx().now()).await.unwrap();
    let overage = calls.count.units().saturating_sub(calls.quota.limit().unwrap_or(10));
    assert_eq!((calls.count.units(), overage), (13, 3));
    let of_calls: Vec<_> = night.billed().await.into_iter().filter(|(name, _)| name == "api_calls").collect();
    assert_eq!(of_calls, [("api_calls".to_owned(), 3)]);
}

#[tokio::test]
async fn who_leaves_for_the_night_is_billed_all_the_same() {
    let night = Night::open(1).await;
    let ctx = night.stack.ctx();
    night.stack.set_clock("2026-11-21T02:00:00Z");
    for _ in 0..3 {
        let state = night.counts().state(Resource::Users, ctx.now()).await.unwrap();
        let cause =
            LimitCause { event: EventId::new(ctx.new_ulid()), cause: Cause::from(RequestId::new(ctx.new_ulid())) };
        let joins = |tx: &mut Transaction| night.counts().take(tx, &state.take(1).unwrap(), cause);
        table::write_alone(ctx.table(), joins).await.unwrap();
    }
    night.stack.set_clock("2026-11-21T23:00:00Z");
    let leave = |tx: &mut Transaction| Ok(night.counts().give_back(tx, Resource::Users, 3, ctx.now()));
    table::write_alone(ctx.table(), leave).await.unwrap();
    assert_eq!(night.used(Resource::Users).await, 2);
    night.stack.set_clock(NIGHT);
    for _ in 0..2 {
        assert!(night.recount(ctx).await);
    }
    assert_eq!(night.billed().await, [("users".to_owned(), 5)], "the most of the day");
}

/// The subscription stops, and its event is heard.
async fn stops(night: &Night, stop: impl Fn(Subscription) -> (Subscription, Value)) {
    let own = Subscriptions::new(night.stack.ctx().table(), night.books).own_of(night.tenant).await.unwrap().unwrap();
    let (stopped, event) = stop(own);
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, night.books, &stopped).unwrap();
    night.stack.ctx().table().transact(transaction).await.unwrap();
    for _ in 0..2 {
        assert!(deliver(night.stack.ctx(), &event).await);
    }
}

fn told<P: events::Payload>(night: &Night, payload: &P) -> Value {
    let ctx = night.stack.ctx();
    let meta = events::Meta {
        id: EventId::new(ctx.new_ulid()),
        tenant_id: TenantId::PLATFORM,
        occurred_at: ctx.now(),
        request_id: RequestId::new(ctx.new_ulid()),
        given_request_id: None,
        subject_version: 2,
    };
    json!({ "detail": events::record(&meta, payload).unwrap() })
}

#[tokio::test]
async fn the_last_day_of_a_subscription_is_billed_with_its_last_invoice() {
    for is_suspended in [false, true] {
        let night = Night::open(1).await;
        night.called(12).await;
        night.stack.set_clock("2026-11-21T15:00:00Z");
        stops(&night, |own| {
            let now = night.stack.ctx().now();
            let (id, plan) = (own.id, tenant_catalogue().remove(1));
            let (_, begun) = own.succeeded(id, plan, now).unwrap();
            let own = Subscription { version: 1, ..begun.begun(billing::GRACE).unwrap() };
            if is_suspended {
                let stopped = own.suspended(now, billing::GRACE).unwrap().unwrap();
                let invoice = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
                let event = told(&night, &stopped.told_suspended(invoice));
                (stopped, event)
            } else {
                let stopped = own.cancel_now(billing::Unused::Credited, now, billing::GRACE).unwrap();
                let event = told(&night, &stopped.told_cancelled(events::subscription::CancelReason::Requested));
                (stopped, event)
            }
        })
        .await;
        assert_eq!(night.billed().await, [("api_calls".to_owned(), 12)], "{is_suspended}");
        // The night after it bills nothing more.
        night.stack.set_clock(NIGHT);
        assert!(night.recount(night.stack.ctx()).await);
        assert_eq!(night.billed().await, [("api_calls".to_owned(), 12)], "{is_suspended}");
    }
}

#[tokio::test]
async fn a_limit_that_is_passed_since_the_plan_became_smaller_is_told_once() {
    let night = Night::open(0).await;
    night.stack.limited(night.scope, 7, &[("users", allowances::Quota::AtMost(2))]).await;
    night.stack.set_clock(NIGHT);
    for _ in 0..2 {
        assert!(night.recount(night.stack.ctx()).await);
    }
    let rows = night.stack.rows().await;
    let told: Vec<&Value> = rows.iter().filter(|row| row["type"] == "tenant.limit_reached").collect();
    assert_eq!((told.len(), &told[0]["data"]["resource"]), (1, &json!("users")));
}

#[tokio::test]
async fn the_limits_of_a_tenant_that_neared_one_are_looked_at_every_night() {
    let night = Night::open(0).await;
    night.stack.limited(night.scope, 7, &[("users", allowances::Quota::AtMost(20))]).await;
    night.stack.set_clock(NIGHT);
    let checked = async || {
        let rows = night.stack.rows().await;
        let told = rows.into_iter().filter(|row| row["type"] == "tenant.limits_checked");
        told.map(|row| (row["tenantId"].clone(), row["data"]["tenantId"].clone())).collect::<Vec<_>>()
    };
    assert!(night.recount(night.stack.ctx()).await);
    assert_eq!(checked().await, [], "two of twenty members");
    night.stack.limited(night.scope, 8, &[("users", allowances::Quota::AtMost(2))]).await;
    assert!(night.recount(night.stack.ctx()).await);
    night.stack.limited(night.scope, 9, &[("users", allowances::Quota::AtMost(20))]).await;
    night.stack.set_clock("2026-11-23T01:10:00.000Z");
    assert!(night.recount(&night.stack.granted("tenants-worker")).await, "also when it is below again");
    assert_eq!(checked().await, vec![(json!(TenantId::PLATFORM), json!(night.tenant)); 2]);
}

#[tokio::test]
async fn the_schedule_sends_one_message_for_each_tenant_but_the_platform() {
    let night = Night::open(0).await;
    let (other, _) = night.stack.tenant("toko-b").await;
    assert!(deliver(night.stack.ctx(), &json!({ "scheduledTime": "2026-11-22T01:10:00Z" })).await);
    let mut sent: Vec<Value> = night.stack.work.to(Queue::TenantWork);
    sent.sort_by_key(ToString::to_string);
    let mut expected = [night.tenant, other.id].map(|id| json!({ "recount": id, "at": NIGHT }));
    expected.sort_by_key(ToString::to_string);
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_tenant_that_is_gone_or_not_billed_has_a_quiet_night() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let users = Users::new(stack.ctx().table(), owner.scope);
    assert!(users.get(owner.user).await.unwrap().is_some());
    stack.set_clock(NIGHT);
    for id in [tenant.id.to_string(), "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned()] {
        assert!(deliver(stack.ctx(), &json!({ "recount": id, "at": NIGHT })).await);
    }
    assert!(!deliver(stack.ctx(), &json!({ "recount": "x", "at": NIGHT })).await);
}

#[tokio::test]
async fn a_logo_that_was_replaced_goes_after_a_week_unless_a_document_has_it() {
    let night = Night::open(0).await;
    let ctx = night.stack.ctx();
    let digests = ["1", "2", "3"].map(|digit| LogoDigest::try_from(digit.repeat(64)).unwrap());
    let paths = digests.clone().map(|digest| tenancy::logo_path(night.tenant, digest.as_str()));
    let files = KeptFiles::new(ctx.table(), night.scope);
    for (number, digest) in digests.iter().enumerate() {
        let before = number.checked_sub(1).map(|before| &digests[before]);
        let mut transaction = Transaction::new();
        let request = RequestId::new(ctx.new_ulid());
        let cause = LimitCause { event: EventId::new(ctx.new_ulid()), cause: Cause::from(request) };
        let change = LogoChange { before, after: Some((digest, 10)) };
        files.change_logo(&mut transaction, change, ctx.now(), cause).await.unwrap();
        ctx.table().transact(transaction).await.unwrap();
        ctx.put_object(&paths[number], "image/png", b"picture".to_vec()).await.unwrap();
    }
    // The second one stands on an invoice.
    files.print_logo(&paths[1], ctx.now()).await.unwrap();
    let there = async || {
        let mut there = Vec::new();
        for path in &paths {
            there.push(ctx.get_object(path).await.unwrap().is_some());
        }
        there
    };
    let replaced_at = ctx.now();
    for (hours, expected) in [(7 * 24 - 1, [true; 3]), (7 * 24, [false, true, true])] {
        night.stack.set_clock(&replaced_at.plus(jiff::SignedDuration::from_hours(hours)).to_string());
        for _ in 0..2 {
            assert!(night.recount(ctx).await);
        }
        assert_eq!(there().await, expected, "{hours}");
    }
    assert_eq!(files.total().await.unwrap(), 20);
    assert_eq!(night.used(Resource::StorageBytes).await, 20);
}
