use http::Method;
use identity::Role;
use serde_json::{Value, json};
use table::{Query, TenantScope, outbox};
use tenancy::{Compliance, MfaPolicy, SecurityPolicy, Tenant, Tenants};
use testkit::{Answer, Client, Stack};

const NONE: Compliance = Compliance { gdpr: false, hipaa: false, soc2: false, retention_days: None };

fn path(tenant: &Tenant) -> String {
    format!("/api/v1/tenants/{}/settings/compliance", tenant.id)
}

async fn put(client: &Client, tenant: &Tenant, token: &str, rules: Compliance) -> Answer {
    client.call(Method::PUT, path(tenant)).bearer(token).json(json!(rules)).send().await
}

async fn trail(stack: &Stack, tenant: &Tenant) -> Vec<Value> {
    let partition = TenantScope::new(tenant.id).partition("AUDIT#2026-11-21");
    let page = stack.ctx().table().query(Query::partition(partition)).await.unwrap();
    page.items.iter().map(|row| json!(row)).collect()
}

#[tokio::test]
async fn rules_hold_over_the_security_settings_which_stay_for_later() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let before = client.get(path(&tenant)).bearer(&owner.token).send().await;
    assert_eq!((before.header("etag"), before.at("/data")), ("\"1\"", json!(NONE)));
    let token = stack.sign_in_with_second_factor(&owner).await;
    let rules = Compliance { gdpr: true, hipaa: true, ..NONE };
    let answer = put(&client, &tenant, &token, rules).await;
    assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, "\"2\""), "{}", answer.snapshot());
    let stored = Tenants::new(stack.ctx().table()).get(tenant.id).await.unwrap().unwrap();
    assert_eq!(stored.security, SecurityPolicy::default());
    assert_eq!((stored.policy().mfa, stored.policy().session_idle_seconds), (MfaPolicy::Members, 900));
    // Whoever has no second factor sets one up first.
    let refused = client.get(path(&tenant)).bearer(&owner.token).send().await;
    assert_eq!((refused.status.as_u16(), refused.text("/code")), (403, "MFA_ENROLMENT_REQUIRED".to_owned()));

    let entries = trail(&stack, &tenant).await;
    let entry = &entries[0];
    assert_eq!(
        (&entry["action"], &entry["details"]["settings"]),
        (&json!("tenant.compliance_changed"), &json!("gdpr hipaa"))
    );
    assert_eq!(
        (&entry["details"]["hipaa.before"], &entry["details"]["hipaa.after"]),
        (&json!("false"), &json!("true"))
    );
    let told = outbox::history(stack.ctx().table(), TenantScope::new(tenant.id)).await.unwrap();
    let after = json!({"section": "compliance", "gdpr": true, "hipaa": true, "soc2": false});
    assert_eq!(told[0].data["after"], after);

    let again = put(&client, &tenant, &token, rules).await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (200, "\"2\""), "the same again changes nothing");
    let off = put(&client, &tenant, &token, NONE).await;
    assert_eq!((off.status.as_u16(), off.header("etag")), (200, "\"3\""));
    let stored = Tenants::new(stack.ctx().table()).get(tenant.id).await.unwrap().unwrap();
    assert_eq!(stored.policy(), SecurityPolicy::default());
}

#[tokio::test]
async fn nobody_locks_themselves_out() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    for (rules, pointer) in
        [(Compliance { hipaa: true, ..NONE }, "/hipaa"), (Compliance { soc2: true, ..NONE }, "/soc2")]
    {
        let answer = put(&client, &tenant, &owner.token, rules).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code")), (422, "WOULD_LOCK_YOU_OUT".to_owned()));
        assert_eq!(answer.text("/errors/0/pointer"), pointer);
    }
    let sparing = put(&client, &tenant, &owner.token, Compliance { gdpr: true, ..NONE }).await;
    assert_eq!(sparing.status.as_u16(), 200, "this one demands nothing of them");
}

#[tokio::test]
async fn under_gdpr_the_trail_keeps_only_the_network_of_an_address() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let put_from = |rules: Compliance| {
        let call = client.call(Method::PUT, path(&tenant)).bearer(&owner.token);
        call.json(json!(rules)).send()
    };
    assert_eq!(put_from(Compliance { gdpr: true, ..NONE }).await.status.as_u16(), 200);
    assert_eq!(put_from(NONE).await.status.as_u16(), 200);
    let addresses: Vec<Value> = trail(&stack, &tenant).await.iter().map(|entry| entry["ip"].clone()).collect();
    assert_eq!(
        addresses,
        [json!("203.0.113.9"), json!("203.0.113.0/24")],
        "from the next call on, and until it is off"
    );
}

#[tokio::test]
async fn only_administrators_who_signed_in_just_now() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let (_, stranger) = stack.tenant("toko-b").await;
    let manager = stack.user(TenantScope::new(tenant.id), "manager@example.com", Role::Manager).await;
    let client = stack.serve(crate::function);
    let sparing = Compliance { gdpr: true, ..NONE };
    for (member, status) in [(&manager, 403), (&stranger, 404)] {
        assert_eq!(put(&client, &tenant, &member.token, sparing).await.status.as_u16(), status);
    }
    stack.set_clock("2026-11-21T01:10:01Z");
    let late = put(&client, &tenant, &owner.token, sparing).await;
    assert_eq!((late.status.as_u16(), late.text("/code")), (403, "STEP_UP_REQUIRED".to_owned()));
    let unknown = client.call(Method::PUT, path(&tenant)).bearer(&stack.sign_in(&owner).await);
    let unknown = unknown.json(json!({"gdpr": true, "hipaa": false, "soc2": false, "pci": true})).send().await;
    assert_eq!(unknown.text("/code"), "UNKNOWN_FIELD");
}

#[tokio::test]
async fn days_of_retention_are_set_with_gdpr_and_bounded() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    for (gdpr, days) in [(false, 90), (true, 29), (true, 401)] {
        let refused =
            put(&client, &tenant, &owner.token, Compliance { gdpr, retention_days: Some(days), ..NONE }).await;
        assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer")), (422, "/retentionDays".to_owned()));
    }
    let rules = Compliance { gdpr: true, retention_days: Some(30), ..NONE };
    let set = put(&client, &tenant, &owner.token, rules).await;
    assert_eq!((set.status.as_u16(), set.at("/data/retentionDays")), (200, json!(30)), "{}", set.snapshot());
    let read = client.get(path(&tenant)).bearer(&owner.token).send().await;
    assert_eq!(read.at("/data"), json!({"gdpr": true, "hipaa": false, "soc2": false, "retentionDays": 30}));
    let told = outbox::history(stack.ctx().table(), TenantScope::new(tenant.id)).await.unwrap();
    assert_eq!(told[0].data["after"]["retentionDays"], 30);
}
