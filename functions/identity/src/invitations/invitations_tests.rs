//! Inviting, listing and taking back, over the router.

use customers::{Contact, Customer, Customers, NewCustomer};
use futures::future::join_all;
use identity::{Invitations, LinkClaim, LinkKeys, LinkPurpose, Role, User, UserStatus, Users, VerifyToken};
use kernel::{CustomerId, Email, InvitationId};
use serde_json::{Value, json};
use table::{Query, TenantScope, Transaction};
use testkit::{Answer, Member, Stack};

use crate::roles::roles_tests::{World, code};

pub(crate) fn no(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// The token that the notifier would mail.
pub(crate) async fn token_of(stack: &Stack, scope: TenantScope, id: &str) -> String {
    let id: InvitationId = id.parse().unwrap();
    let invitation = Invitations::new(stack.ctx().table(), scope).get(id).await.unwrap().unwrap();
    token_for(stack, scope, id, &invitation.link)
}

pub(crate) fn token_for(stack: &Stack, scope: TenantScope, id: InvitationId, link: &VerifyToken) -> String {
    let claim = LinkClaim { tenant: scope.tenant(), purpose: LinkPurpose::Invitation, subject: id.ulid() };
    let keys = LinkKeys::new(stack.ctx().ports().keys.hmac(LinkKeys::LABEL));
    keys.token(claim, link).expose().clone()
}

pub(crate) async fn found(stack: &Stack, scope: TenantScope, email: &str) -> Option<User> {
    let email: Email = email.parse().unwrap();
    Users::new(stack.ctx().table(), scope).find_by_email(&stack.addresses(), &email).await.unwrap()
}

impl World {
    pub(crate) async fn invite(&self, email: &str, roles: &[&str], by: &Member) -> Answer {
        self.post("/api/v1/invitations", json!({ "email": email, "roles": roles }), by).await
    }

    /// The owner invites; answers the id.
    pub(crate) async fn invited(&self, email: &str, roles: &[&str]) -> String {
        let answer = self.invite(email, roles, &self.owner).await;
        assert_eq!(answer.status, 201, "{}", answer.snapshot());
        answer.text("/data/id")
    }

    pub(crate) async fn token(&self, id: &str) -> String {
        token_of(&self.stack, self.scope, id).await
    }

    pub(crate) async fn accept(&self, body: Value) -> Answer {
        self.client.post("/api/v1/auth/accept-invitation", body).tenant("toko-a").send().await
    }

    /// Ids and statuses of the listed invitations.
    async fn listed(&self, by: &Member) -> Vec<(String, String)> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer = self.client.get(format!("/api/v1/invitations?limit=2{cursor}")).bearer(&by.token).send().await;
            assert_eq!(answer.status, 200, "{}", answer.snapshot());
            let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
            rows.extend(
                answer.at("/data").as_array().unwrap().iter().map(|row| (text(row, "id"), text(row, "status"))),
            );
            if answer.at("/page/next").is_null() {
                return rows;
            }
            cursor = format!("&cursor={}", answer.text("/page/next"));
        }
    }
}

#[tokio::test]
async fn an_invitation_is_made_listed_and_taken_back() {
    let world = World::open().await;
    let made = world.invite("Siti@Example.com", &["MANAGER", "USER", "MANAGER"], &world.owner).await;
    let id = made.text("/data/id");
    insta::assert_snapshot!(made.snapshot().replace(&id, "ivt_…").replace(&world.owner.user.to_string(), "usr_…"), @r#"
    201 Created
    {
      "data": {
        "createdAt": "2026-11-21T01:00:00.000Z",
        "customerId": null,
        "email": "siti@example.com",
        "expiresAt": "2026-11-28T01:00:00.000Z",
        "id": "ivt_…",
        "invitedBy": "usr_…",
        "roles": [
          "MANAGER",
          "USER"
        ],
        "status": "open"
      },
      "success": true
    }
    "#);
    let row = |id: &str, status: &str| (id.to_owned(), status.to_owned());
    assert_eq!(world.listed(&world.deputy).await, [row(&id, "open")]);
    let (second, third) =
        (world.invited("b@example.com", &["DEPUTY"]).await, world.invited("c@example.com", &["ADMIN"]).await);
    assert_eq!(world.listed(&world.owner).await, [row(&third, "open"), row(&second, "open"), row(&id, "open")]);
    for _ in 0..2 {
        let gone = world.delete(&format!("/api/v1/invitations/{second}"), &world.deputy).await;
        assert_eq!((gone.status.as_u16(), gone.text("/data/status")), (200, "revoked".to_owned()));
    }
    assert_eq!(world.listed(&world.owner).await, [row(&third, "open"), row(&id, "open")]);
    world.stack.set_clock("2026-11-28T01:00:00Z");
    let owner = Member { token: world.stack.sign_in(&world.owner).await, ..world.owner.clone() };
    assert_eq!(world.listed(&owner).await, [row(&third, "expired"), row(&id, "expired")]);
    world.stack.set_clock("2026-11-21T01:00:00Z");
    let trail: Vec<Value> = world.trail().await.into_iter().filter(|entry| entry[2] == second.as_str()).collect();
    let expected = [
        json!(["invitation.created", "done", second, { "roles": "DEPUTY" }]),
        json!(["invitation.revoked", "done", second, null]),
    ];
    assert_eq!(trail, expected);
}

#[tokio::test]
async fn what_leaves_names_neither_address_nor_link() {
    let world = World::open().await;
    let id = world.invited("siti@example.com", &["MANAGER"]).await;
    let hour = world.scope.partition("OUT#2026112101");
    let rows = world.stack.ctx().table().query(Query::partition(hour)).await.unwrap().items;
    let event = rows.iter().find(|row| row["type"] == "invitation.created").unwrap();
    assert_eq!(event["data"], json!({ "invitationId": id }));
}

#[tokio::test]
async fn nobody_invites_to_more_than_they_hold() {
    let world = World::open().await;
    let by = &world.deputy;
    assert_eq!(code(&world.invite("a@example.com", &["ADMIN"], by).await), no(403, "FORBIDDEN"));
    assert_eq!(code(&world.invite("a@example.com", &["MANAGER", "ADMIN"], by).await), no(403, "FORBIDDEN"));
    assert_eq!(world.invite("a@example.com", &["MANAGER", "DEPUTY"], by).await.status, 201);
    assert_eq!(code(&world.invite("a@example.com", &["NOBODY"], by).await), no(422, "UNKNOWN_ROLE"));
    for bad in [
        json!({ "email": "a@example.com", "roles": ["USER"] }),
        json!({ "email": "a@example.com", "roles": [] }),
        json!({ "email": "a@example.com", "roles": ["R1", "R2", "R3", "R4", "R5", "R6"] }),
        json!({ "email": "a@example.com", "roles": ["no role"] }),
        json!({ "email": "nobody", "roles": ["MANAGER"] }),
        json!({ "roles": ["MANAGER"] }),
    ] {
        assert_eq!(
            code(&world.post("/api/v1/invitations", bad.clone(), by).await),
            no(422, "VALIDATION_FAILED"),
            "{bad}"
        );
    }
    let denied: Vec<Value> = world.trail().await.into_iter().filter(|entry| entry[1] == "denied").collect();
    assert_eq!(denied[0], json!(["invitation.created", "denied", null, { "roles": "ADMIN" }]));
    assert_eq!(denied.len(), 2);
    let customer = world.stack.user(world.scope, "budi@example.com", Role::User).await;
    assert_eq!(code(&world.invite("a@example.com", &["MANAGER"], &customer).await), no(403, "FORBIDDEN"));
    let listed = world.client.get("/api/v1/invitations").bearer(&customer.token).send().await;
    assert_eq!(code(&listed), no(403, "FORBIDDEN"));
    world.stack.set_clock("2026-11-21T01:10:01Z");
    assert_eq!(code(&world.invite("b@example.com", &["MANAGER"], by).await), no(403, "STEP_UP_REQUIRED"));
}

#[tokio::test]
async fn who_has_the_roles_is_not_invited() {
    let world = World::open().await;
    assert_eq!(code(&world.invite("dewi@toko-a.example", &["MANAGER"], &world.owner).await), no(409, "ALREADY_MEMBER"));
    assert_eq!(world.invite("dewi@toko-a.example", &["MANAGER", "ADMIN"], &world.owner).await.status, 201);
    let budi = world.stack.user(world.scope, "budi@example.com", Role::User).await;
    assert_eq!(world.invite("budi@example.com", &["MANAGER", "USER"], &world.owner).await.status, 201);
    assert_eq!(world.roles_of(budi.user).await, ["USER"], "nothing happens before it is accepted");
}

#[tokio::test]
async fn an_address_has_one_open_invitation_also_when_it_is_invited_at_once() {
    let world = World::open().await;
    let first = world.invited("siti@example.com", &["MANAGER"]).await;
    let second = world.invited("siti@example.com", &["DEPUTY"]).await;
    assert_eq!(world.listed(&world.owner).await, [(second.clone(), "open".to_owned())]);
    let answers = join_all((0..5).map(|_| world.invite("siti@example.com", &["MANAGER"], &world.owner))).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    let open = world.listed(&world.owner).await;
    assert_eq!(open.len(), 1);
    let mut works = 0;
    for id in answers.iter().map(|answer| answer.text("/data/id")).chain([first.clone(), second]) {
        let token = world.token(&id).await;
        let body = json!({ "token": token, "username": "siti", "password": "correct horse battery" });
        let answer = world.accept(body).await;
        if id == open[0].0 {
            assert_eq!(answer.status, 201, "{}", answer.snapshot());
            works += 1;
        } else {
            assert_eq!(code(&answer), no(400, "INVALID_OR_EXPIRED_LINK"));
        }
    }
    assert_eq!(works, 1);
    // The old one is void, not open: taking it back changes nothing. The accepted one is past that.
    let replaced = world.delete(&format!("/api/v1/invitations/{first}"), &world.owner).await;
    assert_eq!((replaced.status.as_u16(), replaced.text("/data/status")), (200, "replaced".to_owned()));
    let accepted = world.delete(&format!("/api/v1/invitations/{}", open[0].0), &world.owner).await;
    assert_eq!(code(&accepted), no(409, "INVITATION_ACCEPTED"));
}

#[tokio::test]
async fn another_tenants_invitation_is_as_absent_as_none() {
    let world = World::open().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let id = world.invited("siti@example.com", &["MANAGER"]).await;
    let mut details = Vec::new();
    for id in [id.as_str(), "ivt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "x"] {
        let answer = world.delete(&format!("/api/v1/invitations/{id}"), &stranger).await;
        assert_eq!(code(&answer), no(404, "NOT_FOUND"));
        details.push(answer.text("/detail"));
    }
    details.dedup();
    assert_eq!(details.len(), 1);
    assert_eq!(world.listed(&stranger).await, []);
    assert_eq!(world.listed(&world.owner).await, [(id, "open".to_owned())]);
    // The same address may be invited by both.
    assert_eq!(world.invite("siti@example.com", &["MANAGER"], &stranger).await.status, 201);
}

#[tokio::test]
async fn a_tenant_sends_fifty_invitations_an_hour_and_a_repeated_request_sends_one() {
    let world = World::open().await;
    let invite = |key: &str| {
        let call = world.client.post("/api/v1/invitations", json!({ "email": "a@example.com", "roles": ["MANAGER"] }));
        call.bearer(&world.owner.token).idempotency_key(key).send()
    };
    let (first, again) = (invite("k1").await, invite("k1").await);
    assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
    for n in 1..50 {
        let by = if n % 2 == 0 { &world.owner } else { &world.deputy };
        assert_eq!(world.invite("a@example.com", &["MANAGER"], by).await.status, 201, "{n}");
    }
    let more = world.invite("b@example.com", &["MANAGER"], &world.deputy).await;
    assert_eq!((code(&more), more.header("retry-after")), (no(429, "RATE_LIMITED"), "3600"));
    let (_, other) = world.stack.tenant("toko-b").await;
    assert_eq!(world.invite("b@example.com", &["MANAGER"], &other).await.status, 201, "each tenant has its own");
}

#[tokio::test]
async fn an_invitation_ends_with_the_standing_of_who_made_it() {
    let world = World::open().await;
    let body = async |id: &str| json!({ "token": world.token(id).await, "username": "siti", "password": "correct horse battery" });
    let dead = no(400, "INVALID_OR_EXPIRED_LINK");
    let by_deputy = world.invite("siti@example.com", &["DEPUTY"], &world.deputy).await.text("/data/id");
    let users = Users::new(world.stack.ctx().table(), world.scope);
    let change = async |change: fn(&mut User)| {
        let mut deputy = users.get(world.deputy.user).await.unwrap().unwrap();
        change(&mut deputy);
        deputy.version += 1;
        table::write_alone(world.stack.ctx().table(), |tx| users.save(tx, &deputy)).await.unwrap();
    };
    change(|deputy| deputy.status = UserStatus::Suspended).await;
    assert_eq!(code(&world.accept(body(&by_deputy).await).await), dead);
    change(|deputy| {
        deputy.status = UserStatus::Active;
        deputy.roles = vec![Role::Manager];
    })
    .await;
    assert_eq!(code(&world.accept(body(&by_deputy).await).await), dead, "they lack what DEPUTY grants");
    change(|deputy| deputy.roles.push("DEPUTY".parse().unwrap())).await;
    let more = world.patch("/api/v1/roles/DEPUTY", json!({ "permissions": ["*"] }), &world.owner).await;
    assert_eq!(more.status, 200);
    assert_eq!(world.delete("/api/v1/roles/DEPUTY", &world.owner).await.status, 200);
    assert_eq!(code(&world.accept(body(&by_deputy).await).await), dead, "the role is gone");
    assert_eq!(found(&world.stack, world.scope, "siti@example.com").await, None);
}

/// A customer of the office that nobody acts for.
async fn customer(world: &World, name: &str) -> CustomerId {
    let ctx = world.stack.ctx();
    let contact = Contact {
        name: name.parse().unwrap(),
        company: None,
        email: None,
        phone: None,
        address: None,
        tax_id: None,
        identity: None,
    };
    let id = CustomerId::new(ctx.new_ulid());
    let new = NewCustomer { id, contact, external_id: None, locale: None, zone: None, tax_exemption: None, user: None };
    let mut transaction = Transaction::new();
    let customers = Customers::new(ctx.table(), world.scope);
    customers.insert(&mut transaction, &Customer::new(new, ctx.now())).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    id
}

#[tokio::test]
async fn a_user_takes_over_a_customer_by_invitation() {
    let world = World::open().await;
    let id = customer(&world, "Siti").await;
    let body = json!({ "email": "siti@example.com", "customerId": id });
    let made = world.post("/api/v1/invitations", body, &world.owner).await;
    assert_eq!((made.status.as_u16(), made.at("/data/roles")), (201, json!(["USER"])), "{}", made.snapshot());
    assert_eq!(made.text("/data/customerId"), id.to_string());

    let token = world.token(&made.text("/data/id")).await;
    let body = json!({ "token": token, "username": "siti", "password": "correct horse battery" });
    let accepted = world.accept(body.clone()).await;
    assert_eq!(accepted.status, 201, "{}", accepted.snapshot());
    let user = found(&world.stack, world.scope, "siti@example.com").await.unwrap();
    let customers = Customers::new(world.stack.ctx().table(), world.scope);
    assert_eq!(customers.of_user(user.id).await.unwrap().customers, [id]);
    let taken_over = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    assert_eq!(taken_over.users, [user.id]);
    assert_eq!(code(&world.accept(body).await), no(400, "INVALID_OR_EXPIRED_LINK"));

    // Somebody who is a user already comes to act for a second one, and keeps the password.
    let second = customer(&world, "Toko Siti").await;
    let body = json!({ "email": "siti@example.com", "customerId": second });
    let made = world.post("/api/v1/invitations", body, &world.owner).await;
    let token = world.token(&made.text("/data/id")).await;
    assert_eq!(world.accept(json!({ "token": token })).await.status, 201);
    assert_eq!(customers.of_user(user.id).await.unwrap().customers, [id, second]);
}

#[tokio::test]
async fn an_invitation_hands_no_customer_over_once_whoever_made_it_may_not_any_more() {
    let world = World::open().await;
    let id = customer(&world, "Siti").await;
    let books = json!({ "name": "FRONT_DESK", "permissions": ["invitations:write", "customers:write"] });
    assert_eq!(world.post("/api/v1/roles", books, &world.owner).await.status, 201);
    let desk = world.stack.user(world.scope, "desk@example.com", Role::User).await;
    world.grant(desk.user, "FRONT_DESK").await;
    let made = json!({ "email": "siti@example.com", "customerId": id });
    let made = world.post("/api/v1/invitations", made, &desk).await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    let token = world.token(&made.text("/data/id")).await;
    let body = json!({ "token": token, "username": "siti", "password": "correct horse battery" });
    // The role may invite still, and changes no customer any more.
    let less = json!({ "permissions": ["invitations:write", "customers:read"] });
    assert_eq!(world.patch("/api/v1/roles/FRONT_DESK", less, &world.owner).await.status, 200);
    assert_eq!(code(&world.accept(body.clone()).await), no(400, "INVALID_OR_EXPIRED_LINK"));
    let customers = Customers::new(world.stack.ctx().table(), world.scope);
    let kept = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    assert_eq!((kept.users.len(), kept.version), (0, 1));
    let more = json!({ "permissions": ["invitations:write", "customers:write"] });
    assert_eq!(world.patch("/api/v1/roles/FRONT_DESK", more, &world.owner).await.status, 200);
    assert_eq!(world.accept(body).await.status, 201, "it was that permission alone");
    let rows = world.stack.rows().await;
    let told: Vec<&Value> = rows.iter().filter(|row| row["type"] == "customer.user_added").collect();
    let user = found(&world.stack, world.scope, "siti@example.com").await.unwrap().id;
    assert_eq!((told.len(), &told[0]["data"]), (1, &json!({ "customerId": id, "userId": user })));
}

#[tokio::test]
async fn nobody_comes_to_act_for_a_customer_that_a_hundred_users_act_for() {
    let world = World::open().await;
    let id = customer(&world, "Siti").await;
    let made =
        world.post("/api/v1/invitations", json!({ "email": "siti@example.com", "customerId": id }), &world.owner);
    let token = world.token(&made.await.text("/data/id")).await;
    let customers = Customers::new(world.stack.ctx().table(), world.scope);
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let users = (0..100).map(|_| kernel::UserId::new(world.stack.ctx().new_ulid())).collect();
    let full = Customer { users, version: 2, ..before.clone() };
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &full).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    let body = json!({ "token": token, "username": "siti", "password": "correct horse battery" });
    assert_eq!(code(&world.accept(body).await), no(409, "TOO_MANY_USERS"));
    assert_eq!(found(&world.stack, world.scope, "siti@example.com").await, None);
}

#[tokio::test]
async fn only_who_may_change_customers_hands_one_over_and_only_one_that_is_there() {
    let world = World::open().await;
    let id = customer(&world, "Siti").await;
    let invite = |customer: String| json!({ "email": "siti@example.com", "customerId": customer });
    let weak = world.stack.api_key(&world.owner, &["invitations:write"]).await;
    let strong = world.stack.api_key(&world.owner, &["invitations:write", "customers:write"]).await;
    let post = async |key: &str, body: Value| world.client.post("/api/v1/invitations", body).bearer(key).send().await;
    let refused = post(&weak, invite(id.to_string())).await;
    assert_eq!(code(&refused), no(403, "FORBIDDEN"));
    assert!(refused.text("/detail").contains("customers:write"), "{}", refused.text("/detail"));
    assert_eq!(post(&strong, invite(id.to_string())).await.status, 201);
    let nobody = "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned();
    assert_eq!(code(&post(&strong, invite(nobody)).await), no(404, "NOT_FOUND"));
    for body in [json!({ "email": "siti@example.com" }), json!({ "email": "siti@example.com", "roles": ["USER"] })] {
        let answer = post(&strong, body).await;
        let said = (answer.status.as_u16(), answer.text("/errors/0/pointer"));
        assert_eq!(said, (422, "/roles".to_owned()), "{}", answer.snapshot());
    }
}
