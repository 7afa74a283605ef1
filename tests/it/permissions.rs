//! Who may do what: every operation of the document, with and without the one permission that it asks for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use web::NeededPermission;

use crate::{
    codes::product_sources as sources,
    company::{Company, PASSWORD, sign_in, sign_up},
    completeness::{random, same_kind},
    operations::{self, Operation},
    sandbox::{Answer, Call, Sandbox, World, in_the_world},
};

/// The operations that ask for a permission that tenants can grant, and the permissions.
fn guarded() -> (Vec<Operation>, BTreeSet<String>) {
    let asks = |one: &Operation| one.permission.as_ref().is_some_and(|asked| !asked.starts_with("platform:"));
    let operations: Vec<Operation> = operations::all().into_iter().filter(asks).collect();
    let permissions = operations.iter().filter_map(|one| one.permission.clone()).collect();
    (operations, permissions)
}

/// What the groups declare of a permission; several may ask for one, and then they declare it alike.
fn declared() -> BTreeMap<&'static str, NeededPermission> {
    let mut all = BTreeMap::new();
    for (group, asked) in ruko_local::openapi::permissions() {
        let of_group = operations::all().into_iter().filter(|one| one.group == group);
        let wanted: BTreeSet<String> = of_group.filter_map(|one| one.permission).collect();
        let listed: Vec<&str> = asked.iter().map(|one| one.permission).collect();
        assert_eq!(listed.len(), wanted.len(), "{group}: {listed:?}");
        assert!(listed.iter().all(|name| wanted.contains(*name)), "{group}: {listed:?}, but its endpoints: {wanted:?}");
        for one in asked {
            assert_eq!(*all.entry(one.permission).or_insert(*one), *one, "declared twice, and differently");
        }
    }
    all
}

#[test]
fn every_permission_is_asked_for_and_explained() {
    let declared = declared();
    let grantable = declared.values().filter(|one| !one.permission.starts_with("platform:"));
    let explained: BTreeSet<String> = grantable.map(|one| one.permission.to_owned()).collect();
    assert_eq!(guarded().1, explained);
    for one in declared.values() {
        let is_platform = one.permission.starts_with("platform:");
        assert_eq!(one.permission.parse::<identity::Permission>().is_ok(), !is_platform, "{one:?}");
        assert!(!one.permission.contains('*') && one.meaning.starts_with(char::is_uppercase), "{one:?}");
    }
}

/// What customers have and every plan reaches: all that is needed to see to the account, to subscribe and to pay.
const BASIC: &[&str] = &[
    "ai:use",
    "behaviour:write",
    "customers:read",
    "files:read",
    "files:write",
    "invoices:read",
    "orders:read",
    "orders:write",
    "payments:read",
    "payments:write",
    "plans:read",
    "products:read",
    "push:write",
    "recommendations:read",
    "reviews:read",
    "reviews:write",
    "shipments:read",
    "shipping_quotes:write",
    "subscriptions:read",
    "subscriptions:write",
    "usage:read",
    "users:delete",
];
/// What customers have with a plan of full access only.
const BY_PLAN: &[&str] = &["telegram:write"];

#[test]
fn the_smallest_plan_reaches_what_a_customer_needs_to_have_a_larger_one() {
    let declared = declared();
    let names = |fits: fn(&NeededPermission) -> bool| {
        declared.values().filter(|one| fits(one)).map(|one| one.permission).collect::<Vec<_>>()
    };
    assert_eq!(names(|one| !one.access.is_full()), BASIC);
    assert_eq!(names(|one| one.is_customers() && one.access.is_full()), BY_PLAN);
    assert_eq!(names(|one| !one.is_customers() && !one.access.is_full()), [""; 0], "basic, and no customer has it");
}

/// What a tenant still does whose calls of a month are used up: what tells of the limit, what mends it, and what leaves.
const PAST_CALL_LIMIT: &[&str] = &[
    "billing:read",
    "payments:write",
    "tenants:erase",
    "tenants:export",
    "tenants:pay",
    "tenants:read",
    "tenants:write",
    "withdrawals:write",
];

#[test]
fn a_used_up_quota_hides_no_bill() {
    let declared = declared();
    let passing: Vec<&str> = declared.values().filter(|one| one.past_call_limit).map(|one| one.permission).collect();
    assert_eq!(passing, PAST_CALL_LIMIT);
}

/// What is written while a tenant is suspended or its trial is over, and with which permission.
const WRITTEN_WHILE_SUSPENDED: &[(&str, &str)] = &[
    ("accept_transfer_proof", "payments:write"),
    ("cancel_owed_payment", "tenants:pay"),
    ("cancel_payment", "payments:write"),
    ("cancel_tenant", "tenants:erase"),
    ("cancel_withdrawal", "payments:write"),
    ("capture_payment", "payments:write"),
    ("convert_tenant", "tenants:pay"),
    ("create_deposit", "payments:write"),
    ("create_owed_payment", "tenants:pay"),
    ("create_owed_payment_method", "tenants:pay"),
    ("create_owed_payment_method_setup", "tenants:pay"),
    ("create_payment", "payments:write"),
    ("create_payment_method", "payments:write"),
    ("create_payment_method_setup", "payments:write"),
    ("create_tenant_export", "tenants:export"),
    ("create_transfer_proof", "payments:write"),
    ("create_withdrawal", "payments:write"),
    ("delete_api_key", "api_keys:write"),
    ("delete_owed_payment_method", "tenants:pay"),
    ("delete_payment_method", "payments:write"),
    ("delete_tenant", "tenants:erase"),
    ("delete_webhook_endpoint", "webhooks:write"),
    ("fail_withdrawal", "withdrawals:write"),
    ("make_default_owed_payment_method", "tenants:pay"),
    ("make_default_payment_method", "payments:write"),
    ("put_transfer_proof_file", "payments:write"),
    ("reject_transfer_proof", "payments:write"),
    ("replace_wallet_settings", "payments:write"),
    ("restore_tenant", "tenants:erase"),
    ("send_withdrawal", "withdrawals:write"),
    ("settle_withdrawal", "withdrawals:write"),
    ("sync_owed_payment", "tenants:pay"),
    ("sync_payment", "payments:write"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_tenant_is_suspended_each_operation_does_what_its_permission_says() {
    let declared = declared();
    let sandbox = Sandbox::start().await;
    let company = sign_up(&sandbox, "toko-tutup").await;
    assert_eq!(sandbox.control("/clock", json!({ "advance": "31d" })).await.status, 200);
    let owner = sign_in(&sandbox, &company.slug, &format!("owner@{}.example", company.slug)).await;
    let mut written = Vec::new();
    for operation in guarded().0 {
        let permission = operation.permission.as_deref().unwrap();
        let method = operation.method.parse().unwrap();
        let is_open = declared[permission].while_suspended.allows(&method);
        if is_open && !method.is_safe() {
            written.push((operation.id.clone(), permission.to_owned()));
        }
        let nobodys = Call::of(&owner).key("closed").body(json!({}));
        let answer = sandbox.send(&operation.method, &operation.path_with(random), nobodys).await;
        assert_eq!(answer.code() != "TENANT_SUSPENDED", is_open, "{} {:?}", operation.id, answer.json);
    }
    written.sort();
    let written: Vec<(&str, &str)> =
        written.iter().map(|(id, permission)| (id.as_str(), permission.as_str())).collect();
    assert_eq!(written, WRITTEN_WHILE_SUSPENDED);
}

#[test]
fn every_action_of_the_audit_trail_is_declared_once_by_those_who_record_it() {
    let listed: Vec<String> = ruko_local::openapi::actions().iter().map(|one| one.as_str().to_owned()).collect();
    assert!(listed.is_sorted_by(|one, next| one < next), "a name stands twice: {listed:?}");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut declared = Vec::new();
    for file in sources(root) {
        let text = std::fs::read_to_string(&file).unwrap();
        let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let names = product.split("Action::new(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        declared.extend(names);
    }
    declared.sort();
    assert_eq!(declared, listed);
    for name in listed {
        let (subject, done) = name.split_once('.').unwrap();
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(is_word(subject) && is_word(done), "{name}");
    }
}

#[test]
fn another_tenants_token_opens_nothing_of_ours() {
    in_the_world(|World { sandbox, ours, theirs }| async move {
        let token = sign_in(sandbox, &theirs.slug, &format!("owner@{}.example", theirs.slug)).await;
        for operation in operations::all().iter().filter(|one| !one.public || one.permission.is_some()) {
            let path = operation.path_with(|name| ours.value_for(&operation.path, name));
            let call = Call::of(&token).tenant(&ours.slug).key("theirs").body(json!({}));
            let answer = sandbox.send(&operation.method, &path, call).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "TENANT_MISMATCH"), "{}", operation.id);
        }
    });
}

#[test]
fn one_permission_opens_what_asks_for_it_and_nothing_else_does() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let (operations, permissions) = guarded();
        assert!(permissions.len() >= 12, "{permissions:?}");
        let mut shops = Vec::new();
        for (with, without) in [("toko-with", "toko-without"), ("toko-with-2", "toko-without-2")] {
            shops.push((Staff::of(with, sandbox).await, Staff::of(without, sandbox).await));
        }
        for (number, permission) in permissions.iter().enumerate() {
            // An organisation has at most 50 roles of its own.
            let (with, without) = &shops[number / 50];
            let others: Vec<&String> = permissions.iter().filter(|other| *other != permission).collect();
            let holder = with.hire(number, &[permission]).await;
            let lacker = without.hire(number, &others).await;
            for operation in operations.iter().filter(|one| one.permission.as_ref() == Some(permission)) {
                let what = format!("{} {} with {permission}", operation.method, operation.path);
                let nameless = call(sandbox, ours, operation, None).await;
                // What a visitor may read asks which tenant is meant.
                let asked = if operation.public { (400, "MISSING_TENANT_ID") } else { (401, "UNAUTHENTICATED") };
                assert_eq!((nameless.status, nameless.code().as_str()), asked, "{what}");
                let refused = call(sandbox, ours, operation, Some(&lacker)).await;
                assert_eq!((refused.status, refused.code().as_str()), (403, "FORBIDDEN"), "all others, {what}");
                let allowed = call(sandbox, ours, operation, Some(&holder)).await;
                assert!(![401, 403].contains(&allowed.status), "{what}: {:?}", allowed.json);
                assert!(allowed.status < 500, "{what}: {:?}", allowed.json);
            }
        }
    });
}

/// A call of an operation with an empty body, about a thing that nobody has: whoever may make it destroys nothing.
async fn call(sandbox: &Sandbox, ours: &Company, operation: &Operation, token: Option<&str>) -> Answer {
    let path = operation.path_with(|name| same_kind(&ours.value_for(&operation.path, name)));
    let call = Call { token: token.map(str::to_owned), ..Call::default() };
    sandbox.send(&operation.method, &path, call.key("matrix").body(json!({}))).await
}

/// A tenant whose users have one role each, made for them.
struct Staff<'a> {
    sandbox: &'a Sandbox,
    slug: &'static str,
    admin: String,
}

impl<'a> Staff<'a> {
    async fn of(slug: &'static str, sandbox: &'a Sandbox) -> Self {
        let email = format!("owner@{slug}.example");
        // The smallest plan has not as many members as there are permissions.
        let body = json!({ "name": format!("Toko {slug}"), "slug": slug, "planKey": "ENTERPRISE",
            "owner": { "email": email, "password": PASSWORD } });
        let made = sandbox.send("POST", "/api/v1/tenants", Call::default().key(slug).body(body)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        Self { sandbox, slug, admin: sign_in(sandbox, slug, &email).await }
    }

    /// The token of a new user who holds these permissions and no others.
    async fn hire(&self, number: usize, permissions: &[&String]) -> String {
        let Self { sandbox, slug, admin } = self;
        let role = format!("ROLE_{number}");
        let body = json!({ "name": role, "permissions": permissions });
        let made = sandbox.send("POST", "/api/v1/roles", Call::of(admin).body(body)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);

        let email = format!("user{number}@{slug}.example");
        let body = json!({ "email": email, "username": format!("user{number}"), "password": PASSWORD });
        let user = sandbox.send("POST", "/api/v1/auth/register", Call::default().tenant(slug).body(body)).await;
        assert_eq!(user.status, 201, "{:?}", user.json);
        let roles = format!("/api/v1/users/{}/roles", user.text("/data/user/id"));
        let given = sandbox.send("POST", &roles, Call::of(admin).body(json!({ "role": role }))).await;
        assert!((200..300).contains(&given.status), "{:?}", given.json);
        let taken = sandbox.send("DELETE", &format!("{roles}/USER"), Call::of(admin)).await;
        assert!((200..300).contains(&taken.status), "{:?}", taken.json);
        sign_in(sandbox, slug, &email).await
    }
}
