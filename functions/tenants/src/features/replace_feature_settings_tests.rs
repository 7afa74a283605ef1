use http::Method;
use identity::Role;
use serde_json::{Value, json};
use table::{TenantScope, outbox};
use tenancy::Tenant;
use testkit::{Answer, Client, Stack};

fn settings() -> Value {
    json!({
        "parts": {"selfRegistration": false, "walletDeposits": true, "walletWithdrawals": true, "usageImport": true},
        "flags": [
            {"key": "for_nobody", "enabled": true, "rollout": 0},
            {"key": "for_managers", "enabled": true, "rollout": 100, "roles": ["MANAGER"]},
            {"key": "for_all", "enabled": true, "rollout": 100, "description": "The checkout on one page"},
            {"key": "off", "enabled": false, "rollout": 100},
        ],
    })
}

fn path(tenant: &Tenant) -> String {
    format!("/api/v1/tenants/{}/settings/features", tenant.id)
}

async fn put(client: &Client, tenant: &Tenant, token: &str, body: Value) -> Answer {
    client.call(Method::PUT, path(tenant)).bearer(token).json(body).send().await
}

#[tokio::test]
async fn features_are_kept_in_order_told_whole_and_asked_for_by_users() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let scope = TenantScope::new(tenant.id);
    let manager = stack.user(scope, "manager@example.com", Role::Manager).await;
    let customer = stack.user(scope, "budi@example.com", Role::User).await;
    let client = stack.serve(crate::function);
    let before = client.get(path(&tenant)).bearer(&owner.token).send().await;
    let all_on =
        json!({"selfRegistration": true, "walletDeposits": true, "walletWithdrawals": true, "usageImport": true});
    assert_eq!((before.header("etag"), before.at("/data")), ("\"1\"", json!({"parts": all_on, "flags": []})));

    let answer = put(&client, &tenant, &owner.token, settings()).await;
    assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, "\"2\""), "{}", answer.snapshot());
    let keys = ["for_all", "for_managers", "for_nobody", "off"];
    for (place, key) in keys.iter().enumerate() {
        assert_eq!(answer.text(&format!("/data/flags/{place}/key")), *key);
    }
    let again = put(&client, &tenant, &owner.token, answer.at("/data")).await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (200, "\"2\""), "what was answered changes nothing");
    let told = outbox::history(stack.ctx().table(), scope).await.unwrap();
    let [event] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(event.data["settings"], json!(["flags", "parts"]));
    assert_eq!(
        (&event.data["after"]["section"], &event.data["after"]["selfRegistration"]),
        (&json!("features"), &json!(false))
    );

    for (member, managers) in [(&owner, false), (&manager, true), (&customer, false)] {
        let answer = client.get("/api/v1/features").bearer(&member.token).send().await;
        let of = |key: &str, on: bool| json!({ "key": key, "on": on });
        let flags = [of("for_all", true), of("for_managers", managers), of("for_nobody", false), of("off", false)];
        assert_eq!(answer.at("/data/flags"), json!(flags), "{}", answer.snapshot());
        assert_eq!(answer.at("/data/parts/selfRegistration"), json!(false));
    }
    assert_eq!(client.get("/api/v1/features").send().await.status.as_u16(), 401);
}

#[tokio::test]
async fn what_cannot_be_a_flag_is_refused_by_name() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let flags = |flags: Value| json!({ "parts": {}, "flags": flags });
    let one = |key: &str| json!({ "key": key, "enabled": true });
    let many: Vec<Value> = (0..101).map(|n| one(&format!("f{n}"))).collect();
    for (body, pointer) in [
        (flags(json!([one("New")])), "/flags/0/key"),
        (flags(json!([one("aa"), one("aa")])), "/flags/1/key"),
        (flags(json!([{"key": "aa", "enabled": true, "rollout": 101}])), "/flags/0/rollout"),
        (flags(json!([{"key": "aa", "enabled": true, "roles": ["manager"]}])), "/flags/0/roles/0"),
        (flags(json!(many)), "/flags"),
    ] {
        let answer = put(&client, &tenant, &owner.token, body).await;
        assert_eq!(answer.status.as_u16(), 422, "{pointer}: {}", answer.snapshot());
        assert_eq!(answer.text("/errors/0/pointer"), pointer);
    }
    let unknown = json!({ "parts": { "magic": true }, "flags": [] });
    assert_eq!(put(&client, &tenant, &owner.token, unknown).await.text("/code"), "UNKNOWN_FIELD");
}

#[tokio::test]
async fn only_administrators_and_only_their_own() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let (_, stranger) = stack.tenant("toko-b").await;
    let manager = stack.user(TenantScope::new(tenant.id), "manager@example.com", Role::Manager).await;
    let client = stack.serve(crate::function);
    for (member, read, write) in [(&manager, 200, 403), (&stranger, 404, 404), (&owner, 200, 200)] {
        assert_eq!(client.get(path(&tenant)).bearer(&member.token).send().await.status.as_u16(), read);
        assert_eq!(put(&client, &tenant, &member.token, settings()).await.status.as_u16(), write);
    }
    let flags = client.get("/api/v1/features").bearer(&stranger.token).send().await;
    assert_eq!(flags.at("/data/flags"), json!([]), "another tenant's flags are its own");
}
