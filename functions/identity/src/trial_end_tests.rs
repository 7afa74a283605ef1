//! The instant at which a trial ends: one millisecond before it everything works, and from then on what reads and pays.

use identity::Role;
use serde_json::{Value, json};
use tenancy::TenantStatus;
use testkit::{Answer, Client, Member, PASSWORD, Stack};

use crate::sessions::signed_in_room::{SignedInOwner, code, open, signed_in};

/// The trial of a tenant that signed up at the stack's beginning ends at 2026-12-05T01:00:00Z.
const LAST: &str = "2026-12-05T00:59:59.999Z";
const END: &str = "2026-12-05T01:00:00Z";

/// A tenant in the last millisecond of its trial, with an owner, a customer and a server.
struct World {
    stack: Stack,
    client: Client,
    owner: SignedInOwner,
    customer: Member,
    key: String,
}

impl World {
    async fn open() -> Self {
        let (stack, first) = signed_in().await;
        let member = Member { scope: first.scope, user: first.user, token: first.access.clone() };
        let mut customer = stack.user(first.scope, "budi@toko-a.example", Role::User).await;
        let key = stack.api_key(&member, &["*"]).await;
        stack.set_clock(LAST);
        let owner = open(&stack, &first.tenant(&stack).await, first.user).await;
        customer.token = stack.sign_in(&customer).await;
        let client = stack.serve(crate::function);
        Self { stack, client, owner, customer, key }
    }

    async fn post(&self, path: &str, body: Value, token: &str) -> Answer {
        self.client.post(path, body).bearer(token).send().await
    }

    async fn make_role(&self, name: &str, token: &str) -> (u16, String) {
        code(&self.post("/api/v1/roles", json!({ "name": name, "permissions": ["plans:read"] }), token).await)
    }

    /// A write that a server may do too.
    async fn activate(&self, token: &str) -> (u16, String) {
        code(&self.post(&format!("/api/v1/users/{}/activate", self.customer.user), json!({}), token).await)
    }

    async fn read(&self, path: &str, token: &str) -> u16 {
        self.client.get(path).bearer(token).send().await.status.as_u16()
    }

    async fn register(&self, name: &str) -> (u16, String) {
        let body = json!({ "email": format!("{name}@example.com"), "username": name, "password": PASSWORD });
        code(&self.client.post("/api/v1/auth/register", body).tenant("toko-a").send().await)
    }

    async fn login(&self, email: &str) -> u16 {
        let body = json!({ "email": email, "password": PASSWORD });
        self.client.post("/api/v1/auth/login", body).tenant("toko-a").send().await.status.as_u16()
    }
}

fn suspended() -> (u16, String) {
    (403, "TENANT_SUSPENDED".to_owned())
}

fn done() -> (u16, String) {
    (201, String::new())
}

#[tokio::test]
async fn a_trial_that_is_over_is_closed_for_writes_at_the_instant() {
    let world = World::open().await;
    let World { stack, owner, customer, key, .. } = &world;
    assert_eq!(world.make_role("ROLE_A", &owner.access).await, done());
    assert_eq!(world.activate(key).await, (200, String::new()));
    assert_eq!(world.register("early").await, done());

    // The same environment, which knows owner and key since a millisecond ago.
    stack.set_clock(END);
    assert_eq!(world.make_role("ROLE_C", &owner.access).await, suspended());
    assert_eq!(world.activate(key).await, suspended());
    assert_eq!(world.register("late").await, suspended());
    let refused = world.post("/api/v1/roles", json!({}), &owner.access).await;
    assert!(refused.text("/detail").contains("POST /api/v1/tenants/{id}/convert"), "it says the way out");

    for token in [&owner.access, key] {
        for path in ["/api/v1/roles", "/api/v1/users", "/api/v1/audit"] {
            assert_eq!(world.read(path, token).await, 200, "{path}");
        }
    }
    for token in [&owner.access, &customer.token] {
        assert_eq!(world.read("/api/v1/users/me", token).await, 200);
    }
    let profile = world.client.call(http::Method::PATCH, "/api/v1/users/me").json(json!({ "firstName": "Budi" }));
    assert_eq!(code(&profile.bearer(&customer.token).send().await), suspended());
    let phone = world.post("/api/v1/users/me/phone", json!({ "phone": "+6281234567890" }), &customer.token).await;
    assert_eq!(code(&phone), suspended(), "an SMS is not sent for who does not pay");
    assert_eq!(world.read("/api/v1/auth/sessions", &customer.token).await, 200);
    for email in ["owner@toko-a.example", "budi@toko-a.example"] {
        assert_eq!(world.login(email).await, 200, "{email}");
    }
    assert_eq!(owner.refresh(&world.client, &owner.refresh).await.status, 200);
    let token = world.post("/api/v1/auth/token", json!({}), key).await;
    assert_eq!(token.status, 200, "{}", token.snapshot());
    let token = token.text("/data/accessToken");
    assert_eq!((world.read("/api/v1/roles", &token).await, world.activate(&token).await), (200, suspended()));
}

#[tokio::test]
async fn a_tenant_that_has_converted_is_let_in_again_at_once() {
    let world = World::open().await;
    world.stack.set_clock(END);
    assert_eq!(world.make_role("ROLE_A", &world.owner.access).await, suspended());
    assert_eq!(world.activate(&world.key).await, suspended());
    // Another environment converts it; this one has known better for no time at all.
    world.owner.change_tenant(&world.stack, |tenant| tenant.status = TenantStatus::Active).await;
    assert_eq!(world.make_role("ROLE_A", &world.owner.access).await, done());
    assert_eq!(world.activate(&world.key).await, (200, String::new()));
    assert_eq!(world.register("late").await, done());
}

#[tokio::test]
async fn a_refusal_costs_one_look_at_the_tenant_and_a_call_that_is_let_in_none() {
    let world = World::open().await;
    let (ctx, table) = world.stack.breaking(None);
    let client = Client::new(crate::function(ctx));
    let calls = async |body: Value| {
        let before = table.calls();
        client.post("/api/v1/roles", body).bearer(&world.owner.access).send().await;
        table.calls() - before
    };
    // A body that is refused before anything is read; the first call in each window of the limit costs more.
    calls(json!({})).await;
    assert_eq!(calls(json!({})).await, 1, "the limit");
    world.stack.set_clock(END);
    calls(json!({})).await;
    assert_eq!(calls(json!({})).await, 2, "the limit and the tenant");
}
