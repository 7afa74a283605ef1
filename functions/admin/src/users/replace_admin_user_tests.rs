//! Setting roles and state of a user: who may, what of it happens, and what the trail says.

use http::Method;
use identity::Role;
use serde_json::{Value, json};
use testkit::{Answer, Member};

use crate::world::{World, code};

fn no(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn put(world: &World, who: &Member, whom: &Member, body: Value) -> Answer {
    let path = format!("/api/v1/admin/users/{}", whom.user);
    world.client.call(Method::PUT, path).json(body).bearer(&who.token).send().await
}

#[tokio::test]
async fn roles_and_state_are_set_at_once_and_the_trail_has_both_sides() {
    let world = World::open().await;
    let body = json!({ "roles": ["USER", "MANAGER"], "status": "suspended", "reason": "Under review" });
    let answer = put(&world, &world.owner, &world.customer, body.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, "\"3\""), "{}", answer.snapshot());
    assert_eq!(answer.at("/data/roles"), json!(["USER", "MANAGER"]));
    assert_eq!(answer.at("/data/suspensionReason"), json!("Under review"));
    // Twice is once.
    let again = put(&world, &world.owner, &world.customer, body).await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (200, "\"3\""));
    let entries = world.trail("admin.user_replaced").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        entries[0]["details"],
        json!({ "rolesBefore": "USER", "rolesAfter": "USER MANAGER", "statusBefore": "active",
                "statusAfter": "suspended" })
    );
    assert_eq!(entries[0]["target"], json!(world.customer.user));
    // The sessions of before are over, and come back with no activation.
    assert_eq!(code(&world.get(&world.customer, "/api/v1/admin/dashboard").await), no(401, "INVALID_TOKEN"));
    let active = put(&world, &world.owner, &world.customer, json!({ "roles": ["USER"], "status": "active" })).await;
    assert_eq!((active.at("/data/roles"), active.at("/data/suspendedAt")), (json!(["USER"]), Value::Null));
}

#[tokio::test]
async fn nobody_reaches_above_themselves() {
    let world = World::open().await;
    let support = world.support(&["admin:*", "users:*"]).await;
    let active = |role: &str| json!({ "roles": [role], "status": "active" });
    let to_owner = put(&world, &support, &world.owner, active("USER")).await;
    assert_eq!(code(&to_owner), no(403, "FORBIDDEN"));
    let to_admin = put(&world, &support, &world.customer, active("ADMIN")).await;
    assert_eq!(code(&to_admin), no(403, "FORBIDDEN"));
    assert_eq!(world.trail("access.denied").await.len(), 2);
    let unknown = put(&world, &world.owner, &world.customer, active("NONESUCH")).await;
    assert_eq!(code(&unknown), no(422, "UNKNOWN_ROLE"));
    assert_eq!(code(&put(&world, &world.manager, &world.customer, active("USER")).await), no(403, "FORBIDDEN"));
    assert_eq!(code(&put(&world, &world.customer, &world.customer, active("ADMIN")).await), no(403, "FORBIDDEN"));
}

#[tokio::test]
async fn the_last_administrator_stays_and_nobody_suspends_themselves() {
    let world = World::open().await;
    let (owner, body) = (&world.owner, json!({ "roles": ["USER"], "status": "active" }));
    assert_eq!(code(&put(&world, owner, owner, body).await), no(409, "LAST_ADMIN"));
    let out = json!({ "roles": ["ADMIN"], "status": "suspended" });
    assert_eq!(code(&put(&world, owner, owner, out.clone()).await), no(403, "FORBIDDEN"));
    let second = world.stack.user(owner.scope, "second@toko-a.example", Role::Admin).await;
    assert_eq!(put(&world, owner, &second, out.clone()).await.status, 200);
    assert_eq!(put(&world, owner, &second, json!({ "roles": ["ADMIN"], "status": "active" })).await.status, 200);
}

#[tokio::test]
async fn what_was_read_before_a_change_is_refused() {
    let world = World::open().await;
    let path = format!("/api/v1/admin/users/{}", world.customer.user);
    let body = json!({ "roles": ["USER"], "status": "suspended" });
    let stale = world.client.call(Method::PUT, path.clone()).json(body.clone()).header("if-match", "\"1\"");
    assert_eq!(code(&stale.bearer(&world.owner.token).send().await), no(412, "PRECONDITION_FAILED"));
    let fresh = world.client.call(Method::PUT, path).json(body).header("if-match", "\"2\"");
    assert_eq!(fresh.bearer(&world.owner.token).send().await.status, 200);
}

#[tokio::test]
async fn a_login_of_the_last_minutes_is_needed_and_no_key_has_one() {
    let world = World::open().await;
    let key = world.stack.api_key(&world.owner, &["admin:users"]).await;
    let body = json!({ "roles": ["USER"], "status": "active" });
    let path = format!("/api/v1/admin/users/{}", world.customer.user);
    let by_key = world.client.call(Method::PUT, path.clone()).json(body.clone()).bearer(&key).send().await;
    assert_eq!(code(&by_key), no(403, "STEP_UP_REQUIRED"));
    let token = world.stack.sign_in(&world.owner).await;
    world.stack.set_clock("2026-11-21T01:10:01Z");
    let late = world.client.call(Method::PUT, path).json(body).bearer(&token).send().await;
    assert_eq!(code(&late), no(403, "STEP_UP_REQUIRED"));
}

#[tokio::test]
async fn another_tenants_user_is_as_absent_as_none() {
    let world = World::open().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let body = json!({ "roles": ["USER"], "status": "suspended" });
    assert_eq!(code(&put(&world, &stranger, &world.customer, body).await), no(404, "NOT_FOUND"));
}
