//! The same request many times at once, with one idempotency key: one effect, and its answer for everybody.

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};

use testkit::Answer;

use crate::roles::roles_tests::World;

const AT_ONCE: usize = 20;

impl World {
    async fn at_once(&self, method: &Method, path: &str, body: &Value) -> Vec<Answer> {
        let call = |_| {
            let call = self.client.call(method.clone(), path).json(body.clone());
            call.bearer(&self.owner.token).idempotency_key("k1").send()
        };
        join_all((0..AT_ONCE).map(call)).await
    }
}

/// One effect: answers are that of the first or, while it runs, that it does.
fn one_effect(answers: &[Answer], status: u16) {
    let fresh: Vec<&Answer> =
        answers.iter().filter(|one| one.status == status && one.header("idempotent-replayed").is_empty()).collect();
    assert_eq!(fresh.len(), 1);
    for answer in answers {
        if answer.status == status {
            assert_eq!(answer.body, fresh[0].body);
        } else {
            assert_eq!(answer.text("/code"), "IDEMPOTENCY_IN_PROGRESS", "{}", answer.snapshot());
        }
    }
}

#[tokio::test]
async fn a_role_is_made_and_changed_once() {
    let world = World::open().await;
    let body = json!({ "name": "CLERK", "permissions": ["invoices:read"] });
    one_effect(&world.at_once(&Method::POST, "/api/v1/roles", &body).await, 201);
    let body = json!({ "permissions": ["invoices:*"] });
    one_effect(&world.at_once(&Method::PATCH, "/api/v1/roles/CLERK", &body).await, 200);
    one_effect(&world.at_once(&Method::DELETE, "/api/v1/roles/CLERK", &json!({})).await, 200);
}

#[tokio::test]
async fn the_same_request_written_otherwise_is_a_replay() {
    let world = World::open().await;
    let make = |body: &'static str| {
        let call = world.client.call(Method::POST, "/api/v1/roles").raw(body);
        call.header("content-type", "application/json").bearer(&world.owner.token).idempotency_key("k1").send()
    };
    let first = make(r#"{"name":"CASHIER","permissions":["invoices:read"]}"#).await;
    assert_eq!((first.status.as_u16(), first.header("idempotent-replayed")), (201, ""));
    for same in [
        r#"{"permissions":["invoices:read"],"name":"CASHIER"}"#,
        "{ \"name\": \"CASHIER\",\n\t\"permissions\": [ \"invoices:read\" ] }",
        r#"{"name":"\u0043ASHIER","permissions":["invoices:read"]}"#,
    ] {
        let again = make(same).await;
        assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (201, "true"), "{same}");
        assert_eq!(again.body, first.body);
    }
    for other in [
        r#"{"name":"CASHIERS","permissions":["invoices:read"]}"#,
        r#"{"name":"CASHIER","permissions":["invoices:read"],"description":null}"#,
        r#"{"name":"CASHIER","name":"CASHIER","permissions":["invoices:read"]}"#,
    ] {
        assert_eq!(make(other).await.text("/code"), "IDEMPOTENCY_KEY_REUSED", "{other}");
    }
}

#[tokio::test]
async fn a_role_is_given_and_taken_once() {
    let world = World::open().await;
    let path = format!("/api/v1/users/{}/roles", world.deputy.user);
    let body = json!({ "role": "ADMIN" });
    one_effect(&world.at_once(&Method::POST, &path, &body).await, 200);
    one_effect(&world.at_once(&Method::DELETE, &path, &body).await, 200);
    let actions = world.trail().await.into_iter().filter(|entry| entry[3]["role"] == "ADMIN");
    let actions: Vec<Value> = actions.map(|entry| entry[0].clone()).collect();
    assert_eq!(actions, ["user.role_granted", "user.role_revoked"]);
    let again = world.at_once(&Method::POST, &path, &body).await;
    assert!(again.iter().all(|answer| answer.at("/data/roles") == json!(["MANAGER", "DEPUTY", "ADMIN"])), "as it was");
    assert_eq!(world.roles_of(world.deputy.user).await, ["MANAGER", "DEPUTY"]);
    let other = world.at_once(&Method::POST, &path, &json!({ "role": "USER" })).await;
    assert!(other.iter().all(|answer| answer.text("/code") == "IDEMPOTENCY_KEY_REUSED"));
}

#[tokio::test]
async fn a_user_is_suspended_once() {
    let world = World::open().await;
    let path = format!("/api/v1/users/{}/suspend", world.deputy.user);
    one_effect(&world.at_once(&Method::POST, &path, &json!({})).await, 200);
}

#[tokio::test]
async fn a_customer_registers_once_where_addresses_are_hidden() {
    let world = World::open().await;
    let mut tenant = tenancy::Tenants::new(world.stack.ctx().table()).get(world.scope.tenant()).await.unwrap().unwrap();
    tenant.security.hide_account_existence = true;
    tenant.version += 1;
    table::write_alone(world.stack.ctx().table(), |tx| tenancy::Tenants::save(tx, &tenant)).await.unwrap();
    let client = testkit::Client::new(crate::function(world.stack.loose()));
    let body = json!({ "email": "budi@example.com", "username": "budi", "password": "correct horse battery" });
    let register = |_| client.post("/api/v1/auth/register", body.clone()).tenant("toko-a").idempotency_key("k1").send();
    one_effect(&join_all((0..AT_ONCE).map(register)).await, 202);
}
