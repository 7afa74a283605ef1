//! Making, changing and deleting roles, over the router.

use http::Method;
use identity::{Role, Roles, Users, audit};
use serde_json::{Value, json};
use table::{Query, TenantScope};
use testkit::{Answer, Client, Member, Stack};

/// A tenant's owner and a member of the role MANAGER who may also manage roles and give them.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) client: Client,
    pub(crate) scope: TenantScope,
    pub(crate) owner: Member,
    pub(crate) deputy: Member,
}

impl World {
    pub(crate) async fn open() -> Self {
        Self::open_on(Stack::start().await).await
    }

    pub(crate) async fn open_on(stack: Stack) -> Self {
        let (tenant, owner) = stack.tenant("toko-a").await;
        let scope = TenantScope::new(tenant.id);
        let deputy = stack.user(scope, "dewi@toko-a.example", Role::Manager).await;
        let client = stack.serve(crate::function);
        let world = Self { stack, client, scope, owner, deputy };
        let body = json!({ "name": "DEPUTY", "permissions": ["roles:*", "users:roles"] });
        assert_eq!(world.post("/api/v1/roles", body, &world.owner).await.status, 201);
        world.grant(world.deputy.user, "DEPUTY").await;
        world
    }

    /// The owner gives a user a role.
    pub(crate) async fn grant(&self, user: kernel::UserId, role: &str) {
        let answer = self.post(&format!("/api/v1/users/{user}/roles"), json!({ "role": role }), &self.owner).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
    }

    pub(crate) async fn post(&self, path: &str, body: Value, by: &Member) -> Answer {
        self.client.post(path, body).bearer(&by.token).send().await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value, by: &Member) -> Answer {
        self.client.call(Method::PATCH, path).json(body).bearer(&by.token).send().await
    }

    pub(crate) async fn delete(&self, path: &str, by: &Member) -> Answer {
        self.client.call(Method::DELETE, path).bearer(&by.token).send().await
    }

    pub(crate) async fn roles_of(&self, user: kernel::UserId) -> Vec<String> {
        let user = Users::new(self.stack.ctx().table(), self.scope).get(user).await.unwrap().unwrap();
        user.roles.iter().map(Role::to_string).collect()
    }

    /// What stands in the audit trail: action, outcome, target and details of each entry, oldest first.
    pub(crate) async fn trail(&self) -> Vec<Value> {
        trail(&self.stack, self.scope).await
    }
}

pub(crate) async fn trail(stack: &Stack, scope: TenantScope) -> Vec<Value> {
    let partition = scope.partition(format_args!("AUDIT#{}", audit::day_of(stack.ctx().now())));
    let rows = stack.ctx().table().query(Query::partition(partition)).await.unwrap().items;
    let shown = |row: &table::Item| json!([row["action"], row["outcome"], row.get("target"), row.get("details")]);
    rows.iter().map(shown).collect()
}

pub(crate) fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

fn clerk(permissions: &[&str]) -> Value {
    json!({ "name": "CLERK", "permissions": permissions })
}

#[tokio::test]
async fn a_role_is_made_changed_used_and_deleted() {
    let world = World::open().await;
    let body =
        json!({ "name": "CASHIER", "description": "At the counter", "permissions": ["payments:*", "invoices:read"] });
    let made = world.post("/api/v1/roles", body.clone(), &world.owner).await;
    insta::assert_snapshot!(made.snapshot(), @r#"
    201 Created
    etag: "2"
    {
      "data": {
        "builtIn": false,
        "createdAt": "2026-11-21T01:00:00.000Z",
        "description": "At the counter",
        "name": "CASHIER",
        "ownPermissions": [],
        "permissions": [
          "invoices:read",
          "payments:*"
        ],
        "updatedAt": "2026-11-21T01:00:00.000Z",
        "version": 2
      },
      "success": true
    }
    "#);
    assert_eq!(code(&world.post("/api/v1/roles", body, &world.owner).await), (409, "ROLE_EXISTS".to_owned()));
    let admin = json!({ "name": "ADMIN", "permissions": ["plans:read"] });
    assert_eq!(code(&world.post("/api/v1/roles", admin, &world.owner).await), (409, "ROLE_EXISTS".to_owned()));

    let cashier = world.stack.user(world.scope, "budi@example.com", Role::User).await;
    let roles = || world.client.get("/api/v1/roles").bearer(&cashier.token).send();
    assert_eq!(roles().await.status, 403);
    world.grant(cashier.user, "CASHIER").await;
    assert_eq!(roles().await.status, 403);
    let more = json!({ "permissions": ["roles:read"] });
    let changed = world.patch("/api/v1/roles/CASHIER", more, &world.owner).await;
    assert_eq!(
        (changed.at("/data/permissions"), changed.text("/data/description")),
        (json!(["roles:read"]), "At the counter".to_owned())
    );
    assert_eq!(roles().await.status, 200, "this environment forgot what the role granted before");
    let none = world.patch("/api/v1/roles/CASHIER", json!({ "description": null }), &world.owner).await;
    assert_eq!(none.at("/data/description"), "");
    let gone = world.delete("/api/v1/roles/CASHIER", &world.owner).await;
    assert_eq!((gone.status.as_u16(), gone.at("/data")), (200, json!({ "name": "CASHIER", "deleted": true })));
    assert_eq!(roles().await.status, 403, "a role that is not there grants nothing");
    assert_eq!(code(&world.delete("/api/v1/roles/CASHIER", &world.owner).await), (404, "NOT_FOUND".to_owned()));
    let expected = [
        json!(["role.created", "done", "CASHIER", { "permissions": "invoices:read payments:*" }]),
        json!(["role.updated", "done", "CASHIER", { "permissions": "roles:read" }]),
        json!(["role.updated", "done", "CASHIER", null]),
        json!(["role.deleted", "done", "CASHIER", null]),
    ];
    let trail: Vec<Value> = world.trail().await.into_iter().filter(|entry| entry[2] == "CASHIER").collect();
    assert_eq!(trail, expected);
}

#[tokio::test]
async fn nobody_grants_what_they_lack() {
    let world = World::open().await;
    let forbidden = (403, "FORBIDDEN".to_owned());
    let by = &world.deputy;
    for lacking in [&["*"][..], &["users:*"], &["invoices:read", "tenants:write"]] {
        assert_eq!(code(&world.post("/api/v1/roles", clerk(lacking), by).await), forbidden, "{lacking:?}");
    }
    assert_eq!(world.post("/api/v1/roles", clerk(&["invoices:*", "users:roles"]), by).await.status, 201);
    assert_eq!(
        world.post("/api/v1/roles", json!({ "name": "STRONG", "permissions": ["*"] }), &world.owner).await.status,
        201
    );
    let weaker = json!({ "permissions": ["invoices:read"] });
    assert_eq!(code(&world.patch("/api/v1/roles/STRONG", weaker.clone(), by).await), forbidden);
    assert_eq!(code(&world.patch("/api/v1/roles/STRONG", json!({}), by).await), forbidden);
    assert_eq!(code(&world.patch("/api/v1/roles/CLERK", json!({ "permissions": ["*"] }), by).await), forbidden);
    assert_eq!(code(&world.delete("/api/v1/roles/STRONG", by).await), forbidden);
    assert_eq!(world.patch("/api/v1/roles/CLERK", weaker, by).await.status, 200);
    let denied: Vec<Value> = world.trail().await.into_iter().filter(|entry| entry[1] == "denied").collect();
    assert_eq!(denied.len(), 7, "{denied:?}");
    assert_eq!(denied[0], json!(["role.created", "denied", "CLERK", { "permissions": "*" }]));
    // Who lacks the permission itself learns nothing either, and reading is not writing.
    let manager = world.stack.user(world.scope, "m@toko-a.example", Role::Manager).await;
    assert_eq!(code(&world.post("/api/v1/roles", clerk(&["plans:read"]), &manager).await), forbidden);
    assert_eq!(code(&world.delete("/api/v1/roles/CLERK", &manager).await), forbidden);
}

#[tokio::test]
async fn what_is_no_role_says_why() {
    let world = World::open().await;
    let invalid = (422, "VALIDATION_FAILED".to_owned());
    for bad in ["product:", ":*", "pro*", "*:read", "PRODUCT:*", "product:*:x", "platform:*", "platform:read", ""] {
        let answer = world.post("/api/v1/roles", clerk(&["plans:read", bad]), &world.owner).await;
        assert_eq!(
            (code(&answer), answer.text("/errors/0/pointer")),
            (invalid.clone(), "/permissions/1".to_owned()),
            "{bad}"
        );
    }
    for bad in [
        json!({ "name": "clerk", "permissions": ["plans:read"] }),
        json!({ "name": "CLERK", "permissions": [] }),
        json!({ "name": "CLERK", "permissions": vec!["plans:read"; 101] }),
        json!({ "name": "CLERK", "permissions": ["plans:read"], "description": "x".repeat(201) }),
        json!({ "name": "CLERK" }),
    ] {
        assert_eq!(code(&world.post("/api/v1/roles", bad.clone(), &world.owner).await), invalid, "{bad}");
    }
    let null = world.patch("/api/v1/roles/DEPUTY", json!({ "permissions": null }), &world.owner).await;
    assert_eq!((code(&null), null.text("/errors/0/pointer")), (invalid, "/permissions".to_owned()));
    for name in ["ADMIN", "MANAGER", "USER"] {
        let built_in = (409, "ROLE_BUILT_IN".to_owned());
        let patch = json!({ "permissions": ["plans:read"] });
        assert_eq!(code(&world.patch(&format!("/api/v1/roles/{name}"), patch, &world.owner).await), built_in);
        assert_eq!(code(&world.delete(&format!("/api/v1/roles/{name}"), &world.owner).await), built_in);
    }
}

#[tokio::test]
async fn another_tenants_role_is_as_absent_as_none() {
    let world = World::open().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let mut bodies = Vec::new();
    for name in ["DEPUTY", "NOBODY", "no%20name"] {
        let path = format!("/api/v1/roles/{name}");
        let (patched, deleted) = (world.patch(&path, json!({}), &stranger).await, world.delete(&path, &stranger).await);
        for answer in [patched, deleted] {
            assert_eq!(code(&answer), (404, "NOT_FOUND".to_owned()));
            bodies.push(answer.text("/detail"));
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!(
        world.post("/api/v1/roles", json!({ "name": "DEPUTY", "permissions": ["*"] }), &stranger).await.status,
        201
    );
    let book = Roles::new(world.stack.ctx().table(), world.scope).get().await.unwrap();
    assert_eq!(book.version, 1, "nothing changed here");
}

#[tokio::test]
async fn a_change_is_made_to_the_version_that_was_seen() {
    let world = World::open().await;
    let role = json!({ "name": "CLERK", "permissions": ["plans:read"] });
    let made = world.post("/api/v1/roles", role.clone(), &world.owner).await;
    assert_eq!((made.header("etag"), made.at("/data/version")), ("\"2\"", json!(2)));
    let patch = async |seen: &str, permission: &str| {
        let call = world.client.call(Method::PATCH, "/api/v1/roles/CLERK").bearer(&world.owner.token);
        call.header("If-Match", seen).json(json!({ "permissions": [permission] })).send().await
    };
    let changed = patch("\"2\"", "usage:read").await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "\"3\""));
    assert_eq!(code(&patch("\"2\"", "users:read").await), (412, "PRECONDITION_FAILED".to_owned()));
    assert_eq!(patch("*", "users:read").await.status, 200);
    assert_eq!(world.delete("/api/v1/roles/CLERK", &world.owner).await.status, 200);
    let again = world.post("/api/v1/roles", role, &world.owner).await;
    assert_eq!(again.header("etag"), "\"6\"", "another role of the name has no version of the first");
}

#[tokio::test]
async fn roles_need_a_login_of_the_last_ten_minutes() {
    let world = World::open().await;
    world.stack.set_clock("2026-11-21T01:10:01Z");
    let step_up = (403, "STEP_UP_REQUIRED".to_owned());
    let user = world.deputy.user;
    let grant = world.post(&format!("/api/v1/users/{user}/roles"), json!({ "role": "ADMIN" }), &world.owner).await;
    assert_eq!(code(&grant), step_up);
    let revoke = world.delete(&format!("/api/v1/users/{user}/roles/DEPUTY"), &world.owner).await;
    assert_eq!(code(&revoke), step_up);
    assert_eq!(code(&world.post("/api/v1/roles", clerk(&["plans:read"]), &world.owner).await), step_up);
    assert_eq!(code(&world.patch("/api/v1/roles/DEPUTY", json!({}), &world.owner).await), step_up);
    assert_eq!(code(&world.delete("/api/v1/roles/DEPUTY", &world.owner).await), step_up);
    let fresh = Member { token: world.stack.sign_in(&world.owner).await, ..world.owner.clone() };
    assert_eq!(world.post("/api/v1/roles", clerk(&["plans:read"]), &fresh).await.status, 201);
}

#[tokio::test]
async fn changes_of_different_roles_at_once_all_land() {
    let world = World::open().await;
    let make = |n: u8| {
        let body = json!({ "name": format!("ROLE_{n}"), "permissions": ["plans:read"] });
        world.post("/api/v1/roles", body, &world.owner)
    };
    let made = futures::future::join_all((1..=5).map(make)).await;
    assert!(made.iter().all(|answer| answer.status == 201));
    let (one, two, gone) = tokio::join!(
        world.patch("/api/v1/roles/ROLE_1", json!({ "permissions": ["usage:read"] }), &world.owner),
        world.patch("/api/v1/roles/ROLE_2", json!({ "permissions": ["usage:write"] }), &world.owner),
        world.delete("/api/v1/roles/ROLE_3", &world.owner)
    );
    assert!([one, two, gone].iter().all(|answer| answer.status == 200));
    let book = Roles::new(world.stack.ctx().table(), world.scope).get().await.unwrap();
    let names: Vec<&str> = book.roles.keys().map(identity::RoleName::as_str).collect();
    assert_eq!(names, ["DEPUTY", "ROLE_1", "ROLE_2", "ROLE_4", "ROLE_5"]);
    assert_eq!(book.version, 9);
    assert_eq!(book.roles[&"ROLE_1".parse().unwrap()].permissions, ["usage:read".parse().unwrap()]);
    // One name at once: one of them makes it, the others are told that it is there.
    let (a, b) = tokio::join!(make(6), make(6));
    let mut both = [code(&a), code(&b)];
    both.sort();
    assert_eq!(both, [(201, String::new()), (409, "ROLE_EXISTS".to_owned())]);
}

#[tokio::test]
async fn a_tenant_has_fifty_roles_and_a_repeated_request_makes_one() {
    let world = World::open().await;
    for n in 0..49 {
        let body = json!({ "name": format!("ROLE_{n}"), "permissions": ["plans:read"] });
        assert_eq!(world.post("/api/v1/roles", body, &world.owner).await.status, 201, "{n}");
    }
    let more = world.post("/api/v1/roles", clerk(&["plans:read"]), &world.owner).await;
    assert_eq!(code(&more), (409, "TOO_MANY_ROLES".to_owned()));
    assert_eq!(world.delete("/api/v1/roles/ROLE_7", &world.owner).await.status, 200);
    let make = || {
        let call = world.client.post("/api/v1/roles", clerk(&["plans:read"]));
        call.bearer(&world.owner.token).idempotency_key("k1").send()
    };
    let (first, again) = (make().await, make().await);
    assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
    assert_eq!(again.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn a_decision_is_given_again_under_its_key_and_a_fault_of_form_uses_no_key_up() {
    let world = World::open().await;
    let make = |key: &'static str, name: &'static str| {
        let body = json!({ "name": name, "permissions": ["roles:read"] });
        world.client.post("/api/v1/roles", body).bearer(&world.owner.token).idempotency_key(key).send()
    };
    let refused = make("one", "DEPUTY").await;
    assert_eq!((refused.status.as_u16(), refused.text("/code")), (409, "ROLE_EXISTS".to_owned()));
    assert!(!refused.headers.contains_key("idempotent-replayed"));
    assert!(!world.stack.everything().await.contains("ROLE_EXISTS"), "what is kept is sealed");
    assert_eq!(world.delete("/api/v1/roles/DEPUTY", &world.owner).await.status, 200);
    let again = make("one", "DEPUTY").await;
    assert_eq!((again.status, &again.body), (refused.status, &refused.body));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.headers["content-type"], refused.headers["content-type"]);
    assert_eq!(make("one", "OTHER").await.text("/code"), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(make("two", "DEPUTY").await.status, 201);

    for _ in 0..2 {
        let malformed = make("three", "not a name").await;
        assert!(malformed.status.is_client_error() && !malformed.headers.contains_key("idempotent-replayed"));
    }
    assert_eq!(make("three", "CLERK").await.status, 201);
}
