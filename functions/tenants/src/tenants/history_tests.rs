//! What a tenant was at any time, told by its events alone.

use events::tenant::{TenantTrialEnding, TenantUpdated};
use http::Method;
use kernel::{RequestId, TenantId, Timestamp, UserId};
use serde_json::{Value, json};
use table::{OperatorScope, TenantScope, Transaction, Write, outbox};
use tenancy::{Compliance, HistoryError, KEPT_EVERY, Tenant, Tenants, forget_history, tenant_at};
use testkit::{Member, Stack};

async fn stored(stack: &Stack, id: TenantId) -> Tenant {
    Tenants::new(stack.ctx().table()).get(id).await.unwrap().unwrap()
}

/// Signs a company up, changes its settings a day later and converts it a week later; the tenant after each.
async fn life(stack: &Stack) -> Vec<(Timestamp, Tenant)> {
    let platform = OperatorScope::assume("test").platform();
    let mut plans = Transaction::new();
    billing::Plans::insert_all(&mut plans, platform, &billing::tenant_catalogue()).unwrap();
    stack.ctx().table().transact(plans).await.unwrap();
    let client = stack.serve(crate::function);
    let company =
        json!({ "name": "Toko Budi", "owner": { "email": "budi@example.com", "password": "correct horse battery" } });
    let answer = client.post("/api/v1/tenants", company).idempotency_key("k1").send().await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.snapshot());
    let id: TenantId = answer.text("/data/tenant/id").parse().unwrap();
    let user: UserId = answer.text("/data/owner/id").parse().unwrap();
    let owner = Member { scope: TenantScope::new(id), user, token: String::new() };
    let mut states = vec![(stack.ctx().now(), stored(stack, id).await)];

    stack.set_clock("2026-11-22T01:00:00Z");
    let settings = json!({
        "passwordMinLength": 14, "accessTokenSeconds": 600, "sessionIdleSeconds": 3600, "sessionMaxSeconds": 86400,
        "mfa": "optional", "ipAllowList": ["203.0.113.0/24"], "allowedOrigins": ["https://app.example.com"],
        "hideAccountExistence": true, "requireVerifiedEmail": false,
    });
    let call = client.call(Method::PUT, format!("/api/v1/tenants/{id}/settings/security"));
    let answer = call.bearer(&stack.sign_in(&owner).await).json(settings).send().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.snapshot());
    states.push((stack.ctx().now(), stored(stack, id).await));

    stack.set_clock("2026-11-29T01:00:00Z");
    let call = client.post(format!("/api/v1/tenants/{id}/convert"), json!({ "reason": "The pilot went well" }));
    let answer = call.bearer(&stack.sign_in(&owner).await).idempotency_key("k2").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.snapshot());
    states.push((stack.ctx().now(), stored(stack, id).await));
    states
}

#[tokio::test]
async fn a_tenants_state_at_any_time_is_rebuilt_from_its_events_alone() {
    let stack = Stack::start().await;
    let states = life(&stack).await;
    let id = states[0].1.id;
    let mut history = outbox::history(stack.ctx().table(), TenantScope::new(id)).await.unwrap();
    let names: Vec<&str> = history.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["tenant.created", "tenant.trial_started", "tenant.settings_changed", "tenant.converted"]);
    // A bus keeps no order.
    history.reverse();
    for (instant, tenant) in &states {
        assert_eq!(Tenant::at(None, &history, *instant).unwrap().as_ref(), Some(tenant), "{instant}");
    }
    let between: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
    assert_eq!(Tenant::at(None, &history, between).unwrap().as_ref(), Some(&states[1].1));
    let before: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    assert_eq!(Tenant::at(None, &history, before).unwrap(), None);
}

#[tokio::test]
async fn a_history_that_lacks_a_change_tells_no_state() {
    let stack = Stack::start().await;
    let states = life(&stack).await;
    let (now, id) = (stack.ctx().now(), states[0].1.id);
    let history = outbox::history(stack.ctx().table(), TenantScope::new(id)).await.unwrap();
    for (lost, version) in [(0, 1), (2, 2)] {
        let mut incomplete = history.clone();
        incomplete.remove(lost);
        let error = Tenant::at(None, &incomplete, now).unwrap_err();
        assert!(
            matches!(error, HistoryError::Gap { tenant, version: gap } if tenant == id && gap == version),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_tenants_history_outlives_the_replay_of_its_events() {
    let stack = Stack::start().await;
    let id = life(&stack).await[0].1.id;
    let mark = format!("T#{id}#OUT#");
    let rows = stack.rows().await;
    let events = rows.iter().filter(|row| row["PK"].as_str().is_some_and(|key| key.starts_with(&mark)));
    let kept: Vec<bool> = events.map(|row| row["ttl"].is_null()).collect();
    assert_eq!(kept, [true; 4], "none of them expires");
}

#[tokio::test]
async fn the_events_and_the_tenant_of_any_time_are_read_over_http() {
    let stack = Stack::start().await;
    let states = life(&stack).await;
    let id = states[0].1.id;
    let (_, stranger) = stack.tenant("toko-b").await;
    let operator = stack.operator().await;
    let owner = Member { scope: TenantScope::new(id), user: states[0].1.owner, token: String::new() };
    let token = stack.sign_in(&owner).await;
    let client = stack.serve(crate::function);
    let get = |query: String, token: String| {
        let call = client.get(format!("/api/v1/tenants/{id}/events{query}"));
        async move { call.bearer(&token).send().await }
    };
    let all = get(String::new(), token.clone()).await;
    let names: Vec<String> = (0..4).map(|at| all.text(&format!("/data/{at}/type"))).collect();
    assert_eq!(names, ["tenant.converted", "tenant.settings_changed", "tenant.trial_started", "tenant.created"]);
    // In pages, each event once.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..4 {
        let page = get(format!("?limit=1{cursor}"), token.clone()).await;
        seen.push(page.text("/data/0/type"));
        cursor = format!("&cursor={}", page.text("/page/next"));
    }
    assert_eq!(seen, names);
    let some = get("?type=tenant.settings_changed".to_owned(), token.clone()).await;
    assert_eq!((some.text("/data/0/tenantVersion"), some.at("/data/1").is_null()), (String::new(), true));
    assert_eq!(some.at("/data/0/tenantVersion"), json!(2));

    for (at, status, version) in [
        ("2026-11-21T01:00:00Z", "TRIAL", "\"1\""),
        ("2026-11-25T00:00:00Z", "TRIAL", "\"2\""),
        ("2026-11-29T01:00:00Z", "ACTIVE", "\"3\""),
    ] {
        for token in [&token, &operator.token] {
            let then = get(format!("?at={at}"), token.clone()).await;
            assert_eq!((then.text("/data/status").as_str(), then.header("etag")), (status, version), "{at}");
        }
    }
    assert_eq!(get("?at=2026-11-20T00:00:00Z".to_owned(), token.clone()).await.status, 404);
    for wrong in
        ["?at=2026-11-29T01:00:00.001Z", "?type=nonsense", "?type=invoice.paid", "?type=tenant.usage_recounted"]
    {
        let refused = get(wrong.to_owned(), token.clone()).await;
        let field = wrong.trim_start_matches('?').split('=').next().unwrap();
        assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer")), (422, field.to_owned()), "{wrong}");
    }
    assert_eq!(get("?at=2026-11-25T00:00:00Z&type=tenant.created".to_owned(), token).await.status, 422);
    assert_eq!(get(String::new(), stranger.token.clone()).await.status, 404);
}

#[tokio::test]
async fn of_a_tenant_that_was_erased_or_never_was_there_is_no_history() {
    let stack = Stack::start().await;
    let id = life(&stack).await[0].1.id;
    let operator = stack.operator().await;
    let client = stack.serve(crate::function);
    let read = |id: TenantId, query: &'static str| {
        client.get(format!("/api/v1/tenants/{id}/events{query}")).bearer(&operator.token).send()
    };
    let erased = Write::delete(Tenants::key(id));
    for query in ["", "?at=2026-11-25T00:00:00Z"] {
        assert_eq!(read(id, query).await.status, 200);
    }
    stack.ctx().table().write(erased).await.unwrap();
    for query in ["", "?at=2026-11-25T00:00:00Z"] {
        assert_eq!(read(id, query).await.status, 404, "though rows are left");
        assert_eq!(read("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), query).await.status, 404);
    }
}

#[tokio::test]
async fn a_tenant_is_there_from_the_instant_that_it_says_it_was_made_at() {
    let stack = Stack::start().await;
    let (_, first) = life(&stack).await.remove(0);
    let mut now = stored(&stack, first.id).await;
    now.created_at = "2026-11-21T00:59:59.999Z".parse().unwrap();
    let table = stack.ctx().table();
    let expected = Tenant { created_at: now.created_at, ..first };
    assert_eq!(tenant_at(table, &now, now.created_at).await.unwrap().as_ref(), Some(&expected));
    let before = "2026-11-21T00:59:59.998Z".parse().unwrap();
    assert_eq!(tenant_at(table, &now, before).await.unwrap(), None);
}

/// The tenant keeps what happened for so many days.
async fn keeps(stack: &Stack, id: TenantId, days: u16) {
    let compliance = Compliance { gdpr: true, retention_days: Some(days), ..Compliance::default() };
    let row = Write::update::<Tenant>(Tenants::key(id)).set("compliance", json!(compliance));
    stack.ctx().table().write(row).await.unwrap();
}

#[tokio::test]
async fn what_is_older_than_the_days_that_are_kept_is_neither_listed_nor_told() {
    let stack = Stack::start().await;
    let id = life(&stack).await[0].1.id;
    keeps(&stack, id, 30).await;
    // 22 November is the first day that is kept.
    stack.set_clock("2026-12-22T01:00:00Z");
    let operator = stack.operator().await;
    let token = stack.sign_in(&operator).await;
    let client = stack.serve(crate::function);
    let read = |query: &'static str| client.get(format!("/api/v1/tenants/{id}/events{query}")).bearer(&token).send();
    let all = read("").await;
    let names: Vec<Value> = all.at("/data").as_array().unwrap().iter().map(|row| row["type"].clone()).collect();
    assert_eq!(names, ["tenant.converted", "tenant.settings_changed"]);
    assert_eq!(read("?at=2026-11-21T23:59:59.999Z").await.status, 404);
    assert_eq!(read("?at=2026-11-22T00:00:00Z").await.header("etag"), "\"1\"");
}

#[tokio::test]
async fn history_goes_on_from_where_it_was_forgotten() {
    let stack = Stack::start().await;
    let mut states = life(&stack).await;
    let id = states[0].1.id;
    rename_until(&stack, id, KEPT_EVERY + 2, &mut states).await;
    let middle = states[20].0;
    // A day or ever later, and behind the version that was kept.
    let all = states.clone();
    for (from, before) in [(0, states[1].0), (20, middle), (20, states[1].0), (33, states[33].0)] {
        let (ctx, of) = (stack.ctx(), stored(&stack, id).await);
        for _ in 0..2 {
            forget_history(ctx.table(), &of, before).await.unwrap();
        }
        let kept = outbox::history(ctx.table(), TenantScope::new(id)).await.unwrap();
        let first = kept.iter().map(|event| event.occurred_at).min().unwrap();
        assert!(first >= all[from.max(1)].0, "{first}");
        for (number, (instant, tenant)) in all.iter().enumerate() {
            let told = tenant_at(ctx.table(), &of, *instant).await.unwrap();
            let expected = (number >= from.max(1)).then_some(tenant);
            assert_eq!(told.as_ref(), expected, "{number} after {from}");
        }
    }
    let rows = stack.rows().await;
    let sorts: Vec<&str> = rows
        .iter()
        .filter(|row| row["PK"] == format!("T#{id}#TENANT"))
        .filter_map(|row| row["SK"].as_str().filter(|sort| sort.starts_with("AT#") || *sort == "BASE"))
        .collect();
    assert_eq!(sorts, ["BASE"], "former versions are gone");
}

/// Renames the tenant until it is in this version, each minute once.
async fn rename_until(stack: &Stack, id: TenantId, version: u64, states: &mut Vec<(Timestamp, Tenant)>) {
    let ctx = stack.ctx();
    loop {
        let before = stored(stack, id).await;
        if before.version == version {
            return;
        }
        stack.set_clock(&ctx.now().plus(jiff::SignedDuration::from_mins(1)).to_string());
        let name = format!("Toko {}", before.version).parse().unwrap();
        let after = Tenant { name, version: before.version + 1, ..before };
        let told = TenantUpdated {
            tenant_id: id,
            name: after.name.as_str().to_owned(),
            timezone: after.timezone.clone(),
            changed: vec!["name".to_owned()],
        };
        let mut transaction = Transaction::new();
        Tenants::save(&mut transaction, &after).unwrap();
        ctx.insert_event(&mut transaction, id, RequestId::new(ctx.new_ulid()), after.version, &told).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        states.push((ctx.now(), after));
    }
}

#[tokio::test]
async fn a_long_history_is_told_from_the_last_version_that_was_kept() {
    let stack = Stack::start().await;
    let mut states = life(&stack).await;
    let id = states[0].1.id;
    rename_until(&stack, id, 2 * KEPT_EVERY + 3, &mut states).await;
    let ctx = stack.ctx();
    for (instant, tenant) in &states {
        let told = tenant_at(ctx.table(), &stored(&stack, id).await, *instant).await.unwrap();
        assert_eq!(told.as_ref(), Some(tenant), "{instant}");
    }
    let early: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    assert_eq!(tenant_at(ctx.table(), &stored(&stack, id).await, early).await.unwrap(), None);

    // What came before is not looked at: with none of it left, what came after is told all the same.
    let history = outbox::history(ctx.table(), TenantScope::new(id)).await.unwrap();
    for event in history.iter().filter(|event| event.subject_version < KEPT_EVERY) {
        let hour: String = event.occurred_at.to_string().chars().filter(char::is_ascii_digit).take(10).collect();
        let key = TenantScope::new(id).key(format_args!("OUT#{hour}"), format_args!("OUT#{}", event.id));
        ctx.table().write(Write::delete(key)).await.unwrap();
    }
    for (instant, tenant) in states.iter().filter(|(_, tenant)| tenant.version >= KEPT_EVERY) {
        assert_eq!(
            tenant_at(ctx.table(), &stored(&stack, id).await, *instant).await.unwrap().as_ref(),
            Some(tenant),
            "{instant}"
        );
    }
}

#[tokio::test]
async fn of_events_that_changed_nothing_no_more_is_read_than_leads_to_a_change() {
    let stack = Stack::start().await;
    let mut states = life(&stack).await;
    let id = states[0].1.id;
    rename_until(&stack, id, 2 * KEPT_EVERY + 1, &mut states).await;
    let now = stack.ctx().now();
    for _ in 0..6 {
        let mut transaction = Transaction::new();
        for _ in 0..100 {
            let told = TenantTrialEnding { tenant_id: id, trial_ends_at: now };
            let request = RequestId::new(stack.ctx().new_ulid());
            stack.ctx().insert_event(&mut transaction, id, request, 2 * KEPT_EVERY + 1, &told).unwrap();
        }
        stack.ctx().table().transact(transaction).await.unwrap();
    }
    let of = stored(&stack, id).await;
    let (ctx, table) = stack.breaking(None);
    assert_eq!(tenant_at(ctx.table(), &of, now).await.unwrap().as_ref(), states.last().map(|(_, tenant)| tenant));
    assert_eq!(table.calls(), 3, "two queries and a read");
}
