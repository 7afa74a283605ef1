//! Refreshing over HTTP: once, twice, late, at once, after a crash, and by those who may not.

use futures::future::join_all;
use identity::{Role, SessionStatus, UserStatus};
use serde_json::json;
use table::{Query, outbox};
use tenancy::TenantStatus;
use testkit::{Client, Fault, Stack};

use crate::sessions::signed_in_room::{code, invalid, signed_in};

fn reuse() -> (u16, String) {
    (401, "TOKEN_REUSE".to_owned())
}

#[tokio::test]
async fn a_refresh_gives_the_next_pair_for_two_writes_and_two_reads() {
    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    stack.set_clock("2026-11-21T01:10:00Z");
    let call = client.post("/api/v1/auth/refresh", json!({ "refreshToken": owner.refresh })).tenant("toko-a");
    let first = call.header("user-agent", "phone/2").send().await;
    assert_eq!(first.status, 200);
    let data = first.at("/data");
    let names: Vec<_> = data.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["accessToken", "expiresIn", "refreshToken", "tokenType"]);
    assert_eq!((data["expiresIn"].clone(), data["tokenType"].clone()), (json!(900), json!("Bearer")));
    let me = client.get("/api/v1/users/me").bearer(&first.text("/data/accessToken")).send().await;
    assert_eq!(me.status, 200);

    let session = owner.stored(&stack).await;
    assert_eq!(session.device.user_agent.as_deref(), Some("phone/2"));
    assert_eq!(session.signed_in_at.to_string(), "2026-11-21T01:00:00.000Z", "a refresh proves nothing anew");
    assert_eq!(session.last_seen_at.to_string(), "2026-11-21T01:10:00.000Z");
    assert_eq!(session.expires_at.to_string(), "2026-11-28T01:10:00.000Z");
    let row = serde_json::to_string(&session).unwrap();
    for secret in [&owner.refresh, &first.text("/data/refreshToken"), &first.text("/data/accessToken")] {
        assert!(!row.contains(secret.as_str()), "a row holds no token");
    }

    let before = stack.ctx().ports().meter.total();
    let call = client.post("/api/v1/auth/refresh", json!({ "refreshToken": first.text("/data/refreshToken") }));
    assert_eq!(call.tenant("toko-a").send().await.status, 200);
    let used = stack.ctx().ports().meter.total().since(before);
    assert_eq!(used.round_trips, 4, "the limiter beside the tenant, two rows at once, the session");
}

#[tokio::test]
async fn fifty_at_once_get_one_pair() {
    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    let answers = join_all((0..50).map(|_| owner.refresh(&client, &owner.refresh))).await;
    let first = answers[0].at("/data");
    assert!(first["refreshToken"].is_string());
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    assert_eq!(owner.stored(&stack).await.version, 2, "one of them wrote");
    assert_eq!(owner.refresh(&client, &answers[0].text("/data/refreshToken")).await.status, 200);
}

#[tokio::test]
async fn the_same_token_within_half_a_minute_gets_the_same_bytes_and_changes_nothing() {
    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    let first = owner.refresh(&client, &owner.refresh).await;
    let stored = owner.stored(&stack).await;
    stack.set_clock("2026-11-21T01:00:30Z");
    let again = owner.refresh(&client, &owner.refresh).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(owner.stored(&stack).await, stored);
}

#[tokio::test]
async fn a_token_that_comes_again_after_31_seconds_ends_the_session_for_everybody() {
    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    let next = owner.refresh(&client, &owner.refresh).await;
    stack.set_clock("2026-11-21T01:00:31Z");
    assert_eq!(code(&owner.refresh(&client, &owner.refresh).await), reuse());
    for dead in [&next.text("/data/refreshToken"), &owner.refresh] {
        assert_eq!(code(&owner.refresh(&client, dead).await), invalid());
    }
    for dead in [&next.text("/data/accessToken"), &owner.access] {
        assert_eq!(code(&client.get("/api/v1/users/me").bearer(dead).send().await), invalid());
    }
    let session = owner.stored(&stack).await;
    assert_eq!((session.status, session.successor), (SessionStatus::Revoked, None));
    let entry = json!(["session.reuse_detected", owner.session, { "user": owner.user }]);
    assert_eq!(owner.audited(&stack).await, [entry], "once, however often it comes");
    let query = Query::partition(owner.scope.partition("OUT#2026112101")).begins_with(outbox::SORT_PREFIX);
    let events = stack.ctx().table().query(query).await.unwrap().items;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["type"], "session.reuse_detected");
    assert_eq!(events[0]["data"], json!({ "userId": owner.user, "sessionId": owner.session }));
}

#[tokio::test]
async fn a_token_whose_successor_was_used_is_reused_at_once() {
    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    let second = owner.refresh(&client, &owner.refresh).await.text("/data/refreshToken");
    let third = owner.refresh(&client, &second).await.text("/data/refreshToken");
    assert_eq!(code(&owner.refresh(&client, &owner.refresh).await), reuse());
    for dead in [&second, &third] {
        assert_eq!(code(&owner.refresh(&client, dead).await), invalid());
    }
    assert_eq!(owner.audited(&stack).await.len(), 1);
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_a_token_that_still_gets_its_pair() {
    let (stack, owner) = signed_in().await;
    let (ctx, counter) = stack.breaking(None);
    let answer = owner.refresh(&Client::new(crate::function(ctx)), &owner.refresh).await;
    assert_eq!(answer.status, 200);
    for at in 0..counter.calls() {
        for fault in [Fault::Before(at), Fault::After(at)] {
            let (stack, owner) = signed_in().await;
            let (ctx, _) = stack.breaking(Some(fault));
            let broken = owner.refresh(&Client::new(crate::function(ctx)), &owner.refresh).await;
            assert!(broken.status == 200 || broken.status == 503, "{fault:?} {}", broken.snapshot());
            let stored = owner.stored(&stack).await;
            let client = stack.serve(crate::function);
            let again = owner.refresh(&client, &owner.refresh).await;
            assert_eq!(again.status, 200, "{fault:?}");
            if stored.version == 2 {
                assert_eq!(owner.stored(&stack).await, stored, "the pair of the lost answer: {fault:?}");
            }
            assert_eq!(owner.refresh(&client, &again.text("/data/refreshToken")).await.status, 200, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_session_ends_when_it_rests_too_long_and_after_thirty_days_whatever_happens() {
    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    stack.set_clock("2026-11-28T01:00:00Z");
    assert_eq!(code(&owner.refresh(&client, &owner.refresh).await), invalid(), "seven days unused");

    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    let mut token = owner.refresh.clone();
    for day in ["2026-11-27", "2026-12-03", "2026-12-09", "2026-12-15", "2026-12-20"] {
        stack.set_clock(&format!("{day}T01:00:00Z"));
        let answer = owner.refresh(&client, &token).await;
        assert_eq!(answer.status, 200, "{day}");
        token = answer.text("/data/refreshToken");
    }
    stack.set_clock("2026-12-21T01:00:00Z");
    assert_eq!(code(&owner.refresh(&client, &token).await), invalid(), "thirty days after the login");
}

#[tokio::test]
async fn the_policy_of_the_tenant_holds_at_once() {
    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    owner.refresh(&client, "rt_").await;
    owner
        .change_tenant(&stack, |tenant| {
            tenant.security.access_token_seconds = 300;
            tenant.security.session_idle_seconds = 900;
            tenant.security.session_max_seconds = 1200;
        })
        .await;
    stack.set_clock("2026-11-21T01:14:00Z");
    let answer = owner.refresh(&client, &owner.refresh).await;
    assert_eq!(answer.at("/data/expiresIn"), 300);
    stack.set_clock("2026-11-21T01:19:00Z");
    let answer = owner.refresh(&client, &answer.text("/data/refreshToken")).await;
    assert_eq!(answer.at("/data/expiresIn"), 60, "no token outlives its session");
    stack.set_clock("2026-11-21T01:20:00Z");
    let late = owner.refresh(&client, &answer.text("/data/refreshToken")).await;
    assert_eq!(code(&late), invalid(), "twenty minutes are the longest now");
}

#[tokio::test]
async fn tokens_that_are_not_this_tenants_refresh_tokens_have_no_effect() {
    let (stack, owner) = signed_in().await;
    stack.tenant("toko-b").await;
    let client = stack.serve(crate::function);
    let used = owner.refresh(&client, &owner.refresh).await;
    let stored = owner.stored(&stack).await;
    stack.set_clock("2026-11-21T01:05:00Z");

    let elsewhere = client.post("/api/v1/auth/refresh", json!({ "refreshToken": owner.refresh })).tenant("toko-b");
    assert_eq!(code(&elsewhere.send().await), invalid(), "another tenant's");
    // The session's and the user's id as in a real token, and everything else made up.
    owner.refresh(&client, "rt_").await;
    let mut forged = owner.refresh.clone();
    forged.replace_range(50.., &"A".repeat(forged.len() - 50));
    for bad in [forged.as_str(), &used.text("/data/accessToken"), "", "rt_", &"A".repeat(10_000)] {
        let before = stack.ctx().ports().meter.total();
        assert_eq!(code(&owner.refresh(&client, bad).await), invalid(), "{bad}");
        assert_eq!(stack.ctx().ports().meter.total().since(before).round_trips, 2, "the limiter's and the tenant's");
    }
    let bearer = client.get("/api/v1/users/me").bearer(&used.text("/data/refreshToken")).send().await;
    assert_eq!(code(&bearer), invalid(), "a refresh token opens nothing but this route");
    assert_eq!(owner.stored(&stack).await, stored);
    assert!(owner.audited(&stack).await.is_empty());
    assert_eq!(owner.refresh(&client, &used.text("/data/refreshToken")).await.status, 200);
}

#[tokio::test]
async fn who_may_not_go_on_gets_no_tokens() {
    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    for (status, expected) in [(UserStatus::Suspended, 401), (UserStatus::Erased, 401), (UserStatus::Active, 200)] {
        owner.change_user(stack.ctx(), |user| identity::User { status, ..user }).await;
        assert_eq!(owner.refresh(&client, &owner.refresh).await.status, expected, "{status:?}");
    }
    let (stack, owner) = signed_in().await;
    let client = stack.serve(crate::function);
    // Of a tenant that is over only administrators go on, to take its data away; nobody from where they may not call from.
    let (admin, user) = (vec![Role::Admin], vec![Role::User]);
    for (status, roles, expected) in [
        (TenantStatus::Cancelled, &user, "TENANT_SUSPENDED"),
        (TenantStatus::Suspended, &user, ""),
        (TenantStatus::Cancelled, &admin, ""),
    ] {
        owner.change_tenant(&stack, |tenant| tenant.status = status).await;
        owner.change_user(stack.ctx(), |user| identity::User { roles: roles.clone(), ..user }).await;
        let answer = owner.refresh(&client, &owner.refresh).await;
        assert_eq!(answer.text("/code"), expected, "{status:?} {roles:?}");
    }
    let elsewhere = tenancy::Network::try_from("198.51.100.0/24".to_owned()).unwrap();
    owner.change_tenant(&stack, |tenant| tenant.security.ip_allow_list = vec![elsewhere]).await;
    assert_eq!(owner.refresh(&client, &owner.refresh).await.text("/code"), "IP_NOT_ALLOWED");
    let (stack, owner) = signed_in().await;
    owner.change_user(stack.ctx(), |user| identity::User { auth_gen: user.auth_gen + 1, ..user }).await;
    let answer = owner.refresh(&stack.serve(crate::function), &owner.refresh).await;
    assert_eq!(code(&answer), invalid(), "another generation");
}

#[tokio::test]
async fn a_body_without_a_token_is_refused() {
    let stack = Stack::start().await;
    stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let refresh = |body| client.post("/api/v1/auth/refresh", body).tenant("toko-a").send();
    assert_eq!(refresh(json!({})).await.status, 422);
    assert_eq!(refresh(json!({ "refreshToken": 1 })).await.status, 400);
    assert_eq!(client.post("/api/v1/auth/refresh", json!({})).send().await.text("/code"), "MISSING_TENANT_ID");
}

#[tokio::test]
async fn the_first_refresh_of_a_day_counts_the_user_as_active() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    stack.user(owner.scope, "budi@example.com", identity::Role::User).await;
    let client = stack.serve(crate::function);
    let body = json!({ "email": "budi@example.com", "password": testkit::PASSWORD });
    let login = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
    let mut token = login.text("/data/refreshToken");
    for (now, round_trips) in [("2026-11-21T02:00:00Z", 5), ("2026-11-22T02:00:00Z", 6), ("2026-11-22T02:00:10Z", 4)] {
        stack.set_clock(now);
        // The limiter's window and the tenant are known to all but the first call of a minute; the tenant's data key is
        // read once in five.
        client.get("/.well-known/jwks.json").send().await;
        let _warm =
            client.post("/api/v1/auth/refresh", json!({ "refreshToken": "rt_x" })).tenant("toko-a").send().await;
        let before = stack.ctx().ports().meter.total();
        let answer =
            client.post("/api/v1/auth/refresh", json!({ "refreshToken": token })).tenant("toko-a").send().await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        assert_eq!(stack.ctx().ports().meter.total().since(before).round_trips, round_trips, "{now}");
        token = answer.text("/data/refreshToken");
    }
    let days: Vec<String> = stack
        .rows()
        .await
        .iter()
        .filter(|row| row["PK"].as_str().is_some_and(|pk| pk.contains("#STATS#")))
        .flat_map(|row| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>())
        .filter(|name| name.starts_with("active:"))
        .collect();
    assert_eq!(days, ["active:2026-11-21", "active:2026-11-22"]);
}
