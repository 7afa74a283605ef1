//! Over the real table, with what the templates grant the meter: lines as functions write them, deliveries as the log makes
//! them, and what is counted afterwards.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use allowances::Quota;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use kernel::{Resource, TenantId, UserId};
use metering::{Grouping, PlatformCalls, Tally, TenantCalls};
use serde_json::{Value, json};
use table::{OperatorScope, TenantScope};
use tenancy::limits::ResourceCounts;
use testkit::{Fault, Stack};
use ulid::Ulid;

use super::*;

const DAY: &str = "2026-11-21";

fn tenant(number: u128) -> TenantId {
    TenantId::new(Ulid(number))
}

/// The line of a call of a tenant by one of its users.
fn line(of: u128, user: u128, at: &str) -> String {
    json!({ "target": metering::TARGET, "at": at, "group": "identity", "http.method": "GET", "http.route": "/a/{id}",
        "http.status": 200, "duration_us": 1_000, "bytes": 7, "tenant.id": tenant(of),
        "user.id": UserId::new(Ulid(user)), "message": "answered" })
    .to_string()
}

/// Lines as the log hands them over, each under the id of its place.
fn event(lines: &[(u32, String)]) -> Value {
    packed("DATA_MESSAGE", lines)
}

fn packed(kind: &str, lines: &[(u32, String)]) -> Value {
    let events: Vec<Value> = lines
        .iter()
        .map(|(id, message)| json!({ "id": format!("{id:056}"), "timestamp": 1, "message": message }))
        .collect();
    let text = json!({ "messageType": kind, "owner": "000000000000", "logGroup": "/ruko/test/identity-api",
        "logStream": "x", "subscriptionFilters": ["x"], "logEvents": events });
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.to_string().as_bytes()).unwrap();
    json!({ "awslogs": { "data": STANDARD.encode(gzip.finish().unwrap()) } })
}

async fn wake(ctx: &Ctx, event: Value) -> Result<(), EventError> {
    let Function::Event(handle) = function(ctx.clone()) else { unreachable!("woken by the log") };
    handle(event).await.map(|answer| assert_eq!(answer, Value::Null))
}

/// All calls of a tenant's day.
async fn day(stack: &Stack, of: u128, day: &str) -> Tally {
    let calls = TenantCalls::new(stack.ctx().table(), TenantScope::new(tenant(of)));
    let day = day.parse().unwrap();
    calls.by(Grouping::Day, day, day).await.unwrap().into_values().next().unwrap_or_default()
}

async fn callers(stack: &Stack, of: u128) -> usize {
    let calls = TenantCalls::new(stack.ctx().table(), TenantScope::new(tenant(of)));
    let day = DAY.parse().unwrap();
    calls.by(Grouping::User, day, day).await.unwrap().len()
}

async fn everybody(stack: &Stack) -> Tally {
    let calls = PlatformCalls::new(stack.ctx().table(), OperatorScope::assume("a test looks at all calls"));
    let mut all = Tally::default();
    for tally in calls.totals().await.unwrap().into_values() {
        all.add(tally);
    }
    all
}

fn two_tenants() -> Vec<(u32, String)> {
    let at = "2026-11-21T01:00:00Z";
    vec![(1, line(1, 1, at)), (2, line(1, 2, at)), (3, line(2, 1, at)), (4, line(1, 1, at))]
}

#[tokio::test]
async fn a_delivery_that_comes_again_counts_once_in_whatever_order() {
    let stack = Stack::start().await;
    let mut lines = two_tenants();
    for _ in 0..3 {
        wake(&stack.granted("meter"), event(&lines)).await.unwrap();
        lines.rotate_left(1);
    }
    assert_eq!(day(&stack, 1, DAY).await, Tally { calls: 3, micros: 3_000, bytes: 21, ..Tally::default() });
    assert_eq!((day(&stack, 2, DAY).await.calls, callers(&stack, 1).await, everybody(&stack).await.calls), (1, 2, 4));
    // Later lines come before earlier ones, of two days.
    wake(&stack.granted("meter"), event(&[(9, line(1, 1, "2026-11-22T00:00:00Z"))])).await.unwrap();
    wake(&stack.granted("meter"), event(&[(8, line(1, 1, "2026-11-21T23:59:59.999Z"))])).await.unwrap();
    assert_eq!((day(&stack, 1, DAY).await.calls, day(&stack, 1, "2026-11-22").await.calls), (4, 1));
}

#[tokio::test]
async fn it_costs_one_transaction_for_all_and_one_and_a_look_at_the_limit_for_each_tenant() {
    let stack = Stack::start().await;
    let before = stack.ctx().ports().meter.total();
    wake(stack.ctx(), event(&two_tenants())).await.unwrap();
    assert_eq!(stack.ctx().ports().meter.total().since(before).round_trips, 1 + 2 * 2);
}

#[tokio::test]
async fn a_crash_at_any_call_is_made_good_by_the_next_delivery() {
    for call in 0..3 {
        for fault in [Fault::Before(call), Fault::After(call)] {
            let stack = Stack::start().await;
            let (ctx, _) = stack.breaking(Some(fault));
            assert!(wake(&ctx, event(&two_tenants())).await.is_err(), "{fault:?}");
            wake(&ctx, event(&two_tenants())).await.unwrap();
            let counted =
                (day(&stack, 1, DAY).await.calls, day(&stack, 2, DAY).await.calls, everybody(&stack).await.calls);
            assert_eq!(counted, (3, 1, 4), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn runs_at_once_agree() {
    let stack = Stack::start().await;
    let runs = (0..4).map(|_| async { wake(&stack.granted("meter"), event(&two_tenants())).await });
    let _lost_runs_come_again = futures::future::join_all(runs).await;
    wake(&stack.granted("meter"), event(&two_tenants())).await.unwrap();
    assert_eq!((day(&stack, 1, DAY).await.calls, everybody(&stack).await.calls), (3, 4));
}

#[tokio::test]
async fn ten_thousand_lines_are_counted_in_transactions_that_fit() {
    let stack = Stack::start().await;
    let at = "2026-11-21T01:00:00Z";
    let lines: Vec<(u32, String)> = (0..10_000).map(|id| (id, line(1, u128::from(id % 250), at))).collect();
    let before = stack.ctx().ports().meter.total();
    wake(stack.ctx(), event(&lines)).await.unwrap();
    wake(stack.ctx(), event(&lines)).await.unwrap();
    assert_eq!(stack.ctx().ports().meter.total().since(before).round_trips, 2 * (1 + 3 + 1));
    assert_eq!((day(&stack, 1, DAY).await.calls, callers(&stack, 1).await), (10_000, 250));
}

#[tokio::test]
async fn what_cannot_be_read_is_left_out_and_stops_nothing() {
    let stack = Stack::start().await;
    let mut lines = two_tenants();
    for poison in
        ["", "START ruko::call", "{\"target\":\"ruko::call\"}", "{\"target\":\"web\",\"message\":\"ruko::call\"}"]
    {
        lines.push((100 + u32::try_from(lines.len()).unwrap(), poison.to_owned()));
    }
    wake(&stack.granted("meter"), event(&lines)).await.unwrap();
    assert_eq!(everybody(&stack).await.calls, 4);
    wake(&stack.granted("meter"), packed("CONTROL_MESSAGE", &two_tenants()[..1])).await.unwrap();
    assert_eq!(everybody(&stack).await.calls, 4);
    for nonsense in
        [json!({}), json!({ "awslogs": { "data": "no base64" } }), json!({ "awslogs": { "data": "bm8gZ3ppcA==" } })]
    {
        assert!(wake(&stack.granted("meter"), nonsense).await.is_err());
    }
}

#[tokio::test]
async fn rows_end_when_they_are_said_to() {
    let stack = Stack::start().await;
    wake(&stack.granted("meter"), event(&two_tenants()[..1])).await.unwrap();
    let mut ends: Vec<String> = Vec::new();
    for row in stack.rows().await {
        let pk = row["PK"].as_str().unwrap().split_once("#CALLS#").map_or("MONTH", |(_, name)| name);
        let days = (row["ttl"].as_i64().unwrap() - 1_795_219_200) / 86_400;
        ends.push(format!("{} {days}", pk.split('#').next().unwrap()));
    }
    ends.sort_unstable();
    assert_eq!(ends, ["DAY 400", "MINUTE 8", "MONTH 410", "ROUTE 400", "SEEN 30", "SEEN 30", "TOTAL 400", "USER 100"]);
}

mod lines {
    //! What a function writes about its calls is what the meter reads.

    use axum::{
        Router,
        routing::{get, post},
    };
    use tracing::instrument::WithSubscriber;
    use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt, registry};
    use web::{Caller, Endpoints, Needs, Problem, Reply, Visitor};

    use super::*;

    #[derive(Clone, Copy, Debug)]
    struct ThingsRead;

    impl Needs for ThingsRead {
        const PERMISSION: &'static str = "things:read";
        const MEANING: &'static str = "See things";
    }

    async fn get_thing(_caller: Caller<ThingsRead>) -> Result<Reply, Problem> {
        Reply::ok(&"a thing")
    }

    async fn visit(_visitor: Visitor) -> Result<Reply, Problem> {
        Reply::ok(&"come in")
    }

    fn things(ctx: Ctx) -> Function {
        let router = Router::new().route("/things/{id}", get(get_thing)).route("/things", post(visit));
        web::serve(ctx, Endpoints::new("things", router, Vec::new()))
    }

    /// What was written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Written {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[tokio::test]
    async fn every_call_is_a_line_without_a_path_or_a_person() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let key = stack.api_key(&owner, &["things:read"]).await;
        let written = Written::default();
        let subscriber = registry().with(cloud::telemetry::lines(written.clone()));
        let client = stack.serve(things);
        let calls = async {
            client.get("/things/secret-id?secret=query").bearer(&owner.token).send().await;
            client.get("/things/1").bearer(&key).send().await;
            client.get("/things/1").bearer("e30.e30.e30").send().await;
            client.get("/nowhere/secret-path").send().await;
            client.call("SECRET".parse().unwrap(), "/things/1").send().await;
            client.post("/things", json!({})).tenant("toko-a").send().await;
            client
                .call("OPTIONS".parse().unwrap(), "/things/1")
                .header("origin", "https://secret.example")
                .header("access-control-request-method", "GET")
                .send()
                .await;
        };
        calls.with_subscriber(subscriber).await;
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(metering::TARGET)).collect();
        for secret in ["secret", "SECRET", "toko-a", "203.0.113.9", owner.token.as_str(), key.as_str()] {
            assert!(lines.iter().all(|line| !line.contains(secret)), "{secret}: {lines:?}");
        }
        let told: Vec<String> = lines
            .iter()
            .map(|line| {
                let call = Call::read(line).unwrap().unwrap();
                let whose = if call.tenant == Some(tenant.id) { "ours" } else { "nobody's" };
                let by = call.by.to_string();
                let by = by.split('_').next().unwrap();
                assert_eq!((call.group.as_str(), call.bytes > 0), ("things", call.status != 204), "{line}");
                format!("{} {} {whose} {by}", call.route, call.status)
            })
            .collect();
        assert_eq!(
            told,
            [
                "GET /things/{id} 200 ours usr",
                "GET /things/{id} 200 ours key",
                "GET /things/{id} 401 nobody's anonymous",
                "unmatched 404 nobody's anonymous",
                "unmatched 405 nobody's anonymous",
                "POST /things 200 ours anonymous",
                "OPTIONS /things/{id} 204 nobody's anonymous",
            ]
        );
    }
}

/// How many calls of a month are counted.
async fn month(stack: &Stack, of: u128, instant: &str) -> i64 {
    let counts = ResourceCounts::new(stack.ctx().table(), TenantScope::new(tenant(of)));
    counts.state(Resource::ApiCalls, instant.parse().unwrap()).await.unwrap().count.used
}

async fn told(stack: &Stack, name: &str) -> Vec<Value> {
    stack.rows().await.into_iter().filter(|row| row["type"] == name).map(|row| row["data"].clone()).collect()
}

#[tokio::test]
async fn calls_of_a_month_are_counted_once_and_each_mark_of_the_limit_is_told_once() {
    let stack = Stack::start().await;
    stack.limited(TenantScope::new(tenant(1)), 7, &[("apiCallsPerMonth", Quota::AtMost(10))]).await;
    let lines = |from: u32, to: u32| -> Vec<(u32, String)> {
        (from..to).map(|id| (id, line(1, 1, "2026-11-21T01:00:00Z"))).collect()
    };
    wake(&stack.granted("meter"), event(&lines(0, 7))).await.unwrap();
    assert_eq!(told(&stack, "tenant.limit_warning").await.len(), 0);
    for _ in 0..2 {
        wake(&stack.granted("meter"), event(&lines(7, 8))).await.unwrap();
    }
    let warned = told(&stack, "tenant.limit_warning").await;
    assert_eq!((warned.len(), &warned[0]["used"], &warned[0]["resource"]), (1, &json!(8), &json!("api_calls")));
    assert_eq!(warned[0]["resetsAt"], json!("2026-12-01T00:00:00.000Z"));
    wake(&stack.granted("meter"), event(&lines(8, 12))).await.unwrap();
    wake(&stack.granted("meter"), event(&lines(12, 13))).await.unwrap();
    assert_eq!(told(&stack, "tenant.limit_reached").await.len(), 1);
    assert_eq!(told(&stack, "tenant.limit_warning").await.len(), 1);
    // A late line belongs to its own month.
    wake(&stack.granted("meter"), event(&[(99, line(1, 1, "2026-10-31T23:59:59.999Z"))])).await.unwrap();
    assert_eq!(
        (month(&stack, 1, "2026-11-21T01:00:00Z").await, month(&stack, 1, "2026-10-01T00:00:00Z").await),
        (13, 1)
    );
    assert_eq!(month(&stack, 2, "2026-11-21T01:00:00Z").await, 0);
}

#[tokio::test]
async fn a_death_anywhere_loses_no_mark_and_tells_none_twice() {
    let world = async || {
        let stack = Stack::start().await;
        stack.limited(TenantScope::new(tenant(1)), 7, &[("apiCallsPerMonth", Quota::Including(3))]).await;
        stack
    };
    let calls = {
        let stack = world().await;
        let (ctx, table) = stack.breaking(None);
        wake(&ctx, event(&two_tenants())).await.unwrap();
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let stack = world().await;
        let (ctx, _) = stack.breaking(Some(fault));
        let _dies_or_not = wake(&ctx, event(&two_tenants())).await;
        wake(&ctx, event(&two_tenants())).await.unwrap();
        assert_eq!(month(&stack, 1, "2026-11-21T01:00:00Z").await, 3, "{fault:?}");
        assert_eq!(told(&stack, "tenant.limit_reached").await.len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn strangers_and_refused_calls_are_seen_and_use_up_nothing() {
    let stack = Stack::start().await;
    stack.limited(TenantScope::new(tenant(1)), 7, &[("apiCallsPerMonth", Quota::AtMost(2))]).await;
    let called = line(1, 1, "2026-11-21T01:00:00Z");
    let mut stranger: Value = serde_json::from_str(&called).unwrap();
    stranger.as_object_mut().unwrap().remove("user.id");
    let refused = called.replace("\"http.status\":200", "\"http.status\":429");
    assert_ne!(refused, called);
    let lines: Vec<(u32, String)> = (0..50).map(|id| (id, stranger.to_string())).collect();
    wake(&stack.granted("meter"), event(&lines)).await.unwrap();
    assert_eq!(month(&stack, 1, "2026-11-21T01:00:00Z").await, 0);
    wake(&stack.granted("meter"), event(&[(60, called), (61, refused), (62, stranger.to_string())])).await.unwrap();
    assert_eq!(month(&stack, 1, "2026-11-21T01:00:00Z").await, 1);
    let seen = day(&stack, 1, DAY).await;
    assert_eq!((seen.calls, seen.free, seen.billable()), (53, 52, 1));
    assert_eq!(told(&stack, "tenant.limit_reached").await.len(), 0);
}
