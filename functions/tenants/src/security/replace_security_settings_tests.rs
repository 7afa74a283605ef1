use http::Method;
use identity::{Role, User, Users};
use serde_json::{Value, json};
use table::{Query, TenantScope};
use tenancy::{MfaPolicy, Network, Origin, SecurityPolicy, Tenant};
use testkit::{Answer, Client, Fault, Member, Stack};

fn settings() -> Value {
    json!({
        "passwordMinLength": 14, "accessTokenSeconds": 600, "sessionIdleSeconds": 3600, "sessionMaxSeconds": 86400,
        "mfa": "optional", "ipAllowList": ["203.0.113.0/24"], "allowedOrigins": ["https://app.example.com"],
        "hideAccountExistence": true, "requireVerifiedEmail": true,
    })
}

fn path(tenant: &Tenant) -> String {
    format!("/api/v1/tenants/{}/settings/security", tenant.id)
}

async fn put(client: &Client, tenant: &Tenant, token: &str, body: Value) -> Answer {
    client.call(Method::PUT, path(tenant)).bearer(token).json(body).send().await
}

async fn get(client: &Client, tenant: &Tenant, token: &str) -> Answer {
    client.get(path(tenant)).bearer(token).send().await
}

/// The rows of one of the tenant's partitions of the stack's day.
async fn rows(stack: &Stack, tenant: &Tenant, partition: &str) -> Vec<Value> {
    let partition = TenantScope::new(tenant.id).partition(partition);
    let page = stack.ctx().table().query(Query::partition(partition)).await.unwrap();
    page.items.iter().map(|row| json!(row)).collect()
}

#[tokio::test]
async fn an_administrator_replaces_all_settings() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let before = get(&client, &tenant, &owner.token).await;
    insta::assert_snapshot!(before.snapshot(), @r#"
    200 OK
    etag: "1"
    {
      "data": {
        "accessTokenSeconds": 900,
        "allowedOrigins": [],
        "hideAccountExistence": false,
        "ipAllowList": [],
        "mfa": "optional",
        "passwordMinLength": 12,
        "requireVerifiedEmail": false,
        "sessionIdleSeconds": 604800,
        "sessionMaxSeconds": 2592000
      },
      "success": true
    }
    "#);
    let answer = put(&client, &tenant, &owner.token, settings()).await;
    assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, "\"2\""), "{}", answer.snapshot());
    assert_eq!(answer.at("/data"), settings());
    let after = get(&client, &tenant, &owner.token).await;
    assert_eq!((after.header("etag"), after.at("/data")), ("\"2\"", settings()));

    let changed = "passwordMinLength accessTokenSeconds sessionIdleSeconds sessionMaxSeconds ipAllowList \
                   allowedOrigins hideAccountExistence requireVerifiedEmail";
    let trail = rows(&stack, &tenant, "AUDIT#2026-11-21").await;
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0]["action"], "tenant.security_changed");
    assert_eq!(trail[0]["target"], json!(tenant.id));
    let details = &trail[0]["details"];
    assert_eq!(details["settings"], changed);
    assert_eq!(details.as_object().unwrap().len(), 1 + 2 * changed.split(' ').count());
    for (setting, before, after) in [
        ("passwordMinLength", "12", "14"),
        ("ipAllowList", "[]", r#"["203.0.113.0/24"]"#),
        ("hideAccountExistence", "false", "true"),
    ] {
        assert_eq!(details[format!("{setting}.before")], before);
        assert_eq!(details[format!("{setting}.after")], after);
    }
    let events = rows(&stack, &tenant, "OUT#2026112101").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["type"], "tenant.settings_changed");
    let names: Vec<_> = changed.split(' ').collect();
    let mut after = settings();
    after["section"] = json!("security");
    assert_eq!(events[0]["data"], json!({ "tenantId": tenant.id, "settings": names, "after": after }));
    assert_eq!(events[0]["subjectVersion"], 2);

    // The same again changes nothing, and tells nobody.
    let again = put(&client, &tenant, &owner.token, settings()).await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (200, "\"2\""));
    assert_eq!(rows(&stack, &tenant, "OUT#2026112101").await.len(), 1);
}

#[tokio::test]
async fn only_who_may_and_signed_in_just_now() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let (other, stranger) = stack.tenant("toko-b").await;
    let scope = TenantScope::new(tenant.id);
    let manager = stack.user(scope, "manager@example.com", Role::Manager).await;
    let customer = stack.user(scope, "budi@example.com", Role::User).await;
    let client = stack.serve(crate::function);
    let code = |answer: Answer| (answer.status.as_u16(), answer.text("/code"));
    for (member, read, write) in [(&owner, 200, 200), (&manager, 200, 403), (&customer, 403, 403)] {
        assert_eq!(get(&client, &tenant, &member.token).await.status.as_u16(), read);
        assert_eq!(put(&client, &tenant, &member.token, settings()).await.status.as_u16(), write);
    }
    let absent = Tenant { id: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), ..tenant.clone() };
    for foreign in [&other, &absent] {
        assert_eq!(code(get(&client, foreign, &owner.token).await), (404, "NOT_FOUND".to_owned()));
        for body in [settings(), json!({})] {
            assert_eq!(code(put(&client, foreign, &owner.token, body).await), (404, "NOT_FOUND".to_owned()));
        }
    }
    assert_eq!(code(put(&client, &tenant, &stranger.token, settings()).await), (404, "NOT_FOUND".to_owned()));
    stack.set_clock("2026-11-21T01:10:01Z");
    assert_eq!(
        code(put(&client, &tenant, &owner.token, settings()).await),
        (403, "STEP_UP_REQUIRED".to_owned()),
        "ten minutes and a second after the login"
    );
}

#[tokio::test]
async fn every_value_out_of_range_is_named() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let networks = |count: u8| (0..count).map(|n| format!("203.0.{n}.0/16")).collect::<Vec<_>>();
    let origins = |count: u8| (0..count).map(|n| format!("https://a{n}.example.com")).collect::<Vec<_>>();
    for (field, value, pointer) in [
        ("passwordMinLength", json!(7), "/passwordMinLength"),
        ("passwordMinLength", json!(129), "/passwordMinLength"),
        ("passwordMinLength", json!(65_548), "/passwordMinLength"),
        ("passwordMinLength", json!(-1), "/passwordMinLength"),
        ("accessTokenSeconds", json!(299), "/accessTokenSeconds"),
        ("accessTokenSeconds", json!(86_401), "/accessTokenSeconds"),
        ("sessionIdleSeconds", json!(899), "/sessionIdleSeconds"),
        ("sessionIdleSeconds", json!(2_592_001), "/sessionIdleSeconds"),
        ("sessionMaxSeconds", json!(3_599), "/sessionMaxSeconds"),
        ("sessionMaxSeconds", json!(7_776_001), "/sessionMaxSeconds"),
        ("mfa", json!("sometimes"), "/mfa"),
        ("ipAllowList", json!(["203.0.113.0/33"]), "/ipAllowList/0"),
        ("ipAllowList", json!(networks(51)), "/ipAllowList"),
        ("allowedOrigins", json!(["https://app.example.com", "*"]), "/allowedOrigins/1"),
        ("allowedOrigins", json!(["http://app.example.com"]), "/allowedOrigins/0"),
        ("allowedOrigins", json!(origins(21)), "/allowedOrigins"),
    ] {
        let mut body = settings();
        body[field] = value.clone();
        let answer = put(&client, &tenant, &owner.token, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text("/code"), answer.text("/errors/0/pointer")),
            (422, "VALIDATION_FAILED".to_owned(), pointer.to_owned()),
            "{field} {value}"
        );
    }
    let mut twice = settings();
    twice["passwordMinLength"] = json!(1);
    twice["accessTokenSeconds"] = json!(1);
    let answer = put(&client, &tenant, &owner.token, twice).await;
    assert_eq!(answer.at("/errors").as_array().map(Vec::len), Some(2));
    let mut long = settings();
    (long["accessTokenSeconds"], long["sessionMaxSeconds"]) = (json!(7200), json!(3600));
    assert_eq!(put(&client, &tenant, &owner.token, long).await.text("/errors/0/pointer"), "/accessTokenSeconds");
    let mut more = settings();
    more["ipDenyList"] = json!([]);
    assert_eq!(put(&client, &tenant, &owner.token, more).await.text("/code"), "UNKNOWN_FIELD");
    let mut most = settings();
    most["ipAllowList"] = json!([networks(49), vec!["203.0.113.9".to_owned()]].concat());
    most["allowedOrigins"] = json!(origins(20));
    assert_eq!(put(&client, &tenant, &owner.token, most).await.status, 200);
}

#[tokio::test]
async fn a_setting_that_is_left_out_is_refused_and_changes_nothing() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    assert_eq!(put(&client, &tenant, &owner.token, settings()).await.status, 200);
    for field in settings().as_object().unwrap().keys() {
        let mut short = settings();
        short.as_object_mut().unwrap().remove(field);
        let answer = put(&client, &tenant, &owner.token, short).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text("/errors/0/code"), answer.text("/errors/0/pointer")),
            (422, "REQUIRED".to_owned(), format!("/{field}"))
        );
    }
    assert_eq!(get(&client, &tenant, &owner.token).await.at("/data"), settings());
}

#[tokio::test]
async fn whoever_demands_proven_addresses_has_proven_their_own() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let users = Users::new(stack.ctx().table(), owner.scope);
    let proven = users.get(owner.user).await.unwrap().unwrap();
    let unproven = User { email_verified_at: None, version: proven.version + 1, ..proven };
    table::write_alone(stack.ctx().table(), |tx| users.save(tx, &unproven)).await.unwrap();
    let client = stack.serve(crate::function);
    let answer = put(&client, &tenant, &owner.token, settings()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text("/code"), answer.text("/errors/0/pointer")),
        (422, "WOULD_LOCK_YOU_OUT".to_owned(), "/requireVerifiedEmail".to_owned())
    );
    let mut without = settings();
    without["requireVerifiedEmail"] = json!(false);
    assert_eq!(put(&client, &tenant, &owner.token, without).await.status, 200);
    let proven = unproven.verified(stack.ctx().now());
    table::write_alone(stack.ctx().table(), |tx| users.save(tx, &proven)).await.unwrap();
    assert_eq!(put(&client, &tenant, &owner.token, settings()).await.status, 200);
}

#[tokio::test]
async fn nobody_shuts_themselves_out() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let mut elsewhere = settings();
    elsewhere["ipAllowList"] = json!(["198.51.100.0/24"]);
    let mut demanding = settings();
    demanding["mfa"] = json!("members");
    for (body, pointer) in [(elsewhere, "/ipAllowList"), (demanding.clone(), "/mfa")] {
        let answer = put(&client, &tenant, &owner.token, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text("/code"), answer.text("/errors/0/pointer")),
            (422, "WOULD_LOCK_YOU_OUT".to_owned(), pointer.to_owned())
        );
    }
    assert_eq!(get(&client, &tenant, &owner.token).await.header("etag"), "\"1\"");
    let token = stack.sign_in_with_second_factor(&owner).await;
    assert_eq!(put(&client, &tenant, &token, demanding).await.status, 200);
    let known = stack.serve(crate::function);
    assert_eq!(get(&known, &tenant, &token).await.status, 200);
}

#[tokio::test]
async fn a_version_that_was_not_seen_is_not_replaced() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let put = |seen: &'static str| {
        let call = client.call(Method::PUT, path(&tenant)).bearer(&owner.token).header("if-match", seen);
        call.json(settings()).send()
    };
    for (seen, status, code) in [
        ("\"7\"", 412, "PRECONDITION_FAILED"),
        ("7", 400, "INVALID_HEADER"),
        ("\"1\"", 200, ""),
        ("\"1\"", 412, "PRECONDITION_FAILED"),
        ("*", 200, ""),
    ] {
        let answer = put(seen).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{seen}");
    }
}

#[tokio::test]
async fn ten_at_once_are_one_change_after_another() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let calls = (0..10).map(|n| {
        let mut body = settings();
        body["passwordMinLength"] = json!(20 + n);
        put(&client, &tenant, &owner.token, body)
    });
    let answers = futures::future::join_all(calls).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status.as_u16())));
    let version: usize = get(&client, &tenant, &owner.token).await.header("etag").trim_matches('"').parse().unwrap();
    assert_eq!((version, done > 0), (done + 1, true));
    assert_eq!(rows(&stack, &tenant, "AUDIT#2026-11-21").await.len(), done);
    assert_eq!(rows(&stack, &tenant, "OUT#2026112101").await.len(), done);
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_all_or_nothing() {
    let probe = Stack::start().await;
    let (tenant, owner) = probe.tenant("toko-a").await;
    let (ctx, counter) = probe.breaking(None);
    assert_eq!(put(&Client::new(crate::function(ctx)), &tenant, &owner.token, settings()).await.status, 200);
    for call in 0..counter.calls() {
        for fault in [Fault::Before(call), Fault::After(call)] {
            let stack = Stack::start().await;
            let (tenant, owner) = stack.tenant("toko-a").await;
            let (ctx, _) = stack.breaking(Some(fault));
            let broken = Client::new(crate::function(ctx));
            let first = put(&broken, &tenant, &owner.token, settings()).await;
            assert!([200, 503].contains(&first.status.as_u16()), "{fault:?} {}", first.snapshot());
            let second = put(&broken, &tenant, &owner.token, settings()).await;
            assert_eq!((second.status.as_u16(), second.header("etag")), (200, "\"2\""), "{fault:?}");
            assert_eq!(rows(&stack, &tenant, "AUDIT#2026-11-21").await.len(), 1, "{fault:?}");
            assert_eq!(rows(&stack, &tenant, "OUT#2026112101").await.len(), 1, "{fault:?}");
        }
    }
}

/// A tenant with these settings, its owner and a customer.
async fn demanding(stack: &Stack, policy: SecurityPolicy) -> (Tenant, Member, Member) {
    let (tenant, owner) = stack.tenant("toko-a").await;
    let customer = stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
    (stack.demand(tenant, policy).await, owner, customer)
}

#[tokio::test]
async fn an_address_list_holds_for_members_and_not_for_customers() {
    let stack = Stack::start().await;
    let elsewhere = vec![Network::try_from("198.51.100.0/24".to_owned()).unwrap()];
    let policy = SecurityPolicy { ip_allow_list: elsewhere, ..SecurityPolicy::default() };
    let (_, owner, customer) = demanding(&stack, policy).await;
    let client = stack.serve(crate::function);
    let current = |member: &Member| client.get("/api/v1/tenants/current").bearer(&member.token).send();
    let refused = current(&owner).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "IP_NOT_ALLOWED"));
    assert_eq!(current(&customer).await.status, 200);
}

#[tokio::test]
async fn a_demanded_second_factor_stops_all_but_what_is_ones_own() {
    let stack = Stack::start().await;
    let policy = SecurityPolicy { mfa: MfaPolicy::Members, ..SecurityPolicy::default() };
    let (tenant, owner, customer) = demanding(&stack, policy).await;
    let client = stack.serve(crate::function);
    let refused = get(&client, &tenant, &owner.token).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "MFA_ENROLMENT_REQUIRED"));
    for member in [&owner, &customer] {
        let own = client.get("/api/v1/tenants/current").bearer(&member.token).send().await;
        assert_eq!(own.status, 200, "signed-in routes go on");
    }
    let token = stack.sign_in_with_second_factor(&owner).await;
    assert_eq!(get(&client, &tenant, &token).await.status, 200);
}

#[tokio::test]
async fn pages_call_from_listed_origins_only() {
    let stack = Stack::start().await;
    let listed = vec![Origin::try_from("https://app.example.com".to_owned()).unwrap()];
    let policy = SecurityPolicy { allowed_origins: listed, ..SecurityPolicy::default() };
    let (tenant, owner, _) = demanding(&stack, policy).await;
    let client = stack.serve(crate::function);
    let call =
        |path: String, origin: &'static str| client.get(path).bearer(&owner.token).header("origin", origin).send();
    for route in ["/api/v1/tenants/current".to_owned(), path(&tenant)] {
        for (origin, status) in [
            ("https://app.example.com", 200),
            ("https://api.ruko.test", 200),
            ("https://app.example.com.evil.example", 403),
            ("https://evil.example", 403),
            ("http://app.example.com", 403),
            ("null", 403),
        ] {
            let answer = call(route.clone(), origin).await;
            assert_eq!(answer.status.as_u16(), status, "{origin}");
            let (shown, code) = if status == 200 { (origin, "") } else { ("", "ORIGIN_NOT_ALLOWED") };
            assert_eq!(answer.header("access-control-allow-origin"), shown);
            assert_eq!(answer.text("/code"), code);
            assert_eq!(answer.header("vary"), "origin");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
    }
    // Other refusals can be read by the page: an expired token is not a broken network.
    stack.set_clock("2026-11-21T02:00:00Z");
    let expired = call(path(&tenant), "https://evil.example").await;
    assert_eq!(expired.text("/code"), "TOKEN_EXPIRED");
    assert_eq!(expired.header("access-control-allow-origin"), "https://evil.example");
    assert!(expired.header("access-control-expose-headers").contains("retry-after"));
}

#[tokio::test]
async fn a_preflight_names_what_pages_may_send() {
    let stack = Stack::start().await;
    let client = stack.serve(crate::function);
    let ask = |origin: &'static str| {
        let call = client.call(Method::OPTIONS, "/api/v1/tenants/current").header("origin", origin);
        call.header("access-control-request-method", "GET").send()
    };
    let answer = ask("https://app.example.com").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.example.com");
    assert_eq!(answer.header("access-control-allow-methods"), "GET, POST, PUT, PATCH, DELETE");
    assert_eq!(
        answer.header("access-control-allow-headers"),
        "authorization, content-type, x-tenant-id, idempotency-key, if-match, x-cart-token, x-request-id"
    );
    assert_eq!(answer.header("access-control-max-age"), "600");
    assert_eq!(answer.header("vary"), "origin");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let stranger = ask("null").await;
    assert_eq!((stranger.status.as_u16(), stranger.header("access-control-allow-origin")), (403, ""));
    let plain = client.call(Method::OPTIONS, "/api/v1/tenants/current").send().await;
    assert_eq!((plain.status.as_u16(), plain.header("allow").is_empty()), (405, false));
}
