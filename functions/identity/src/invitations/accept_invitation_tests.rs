//! Accepting invitations, over the router.

use http::Method;
use identity::{Hasher, NewUser, Password, Registration, Role, Totp, User, UserStatus, Users};
use kernel::{Secret, UserId};
use serde_json::{Value, json};
use table::{TenantScope, Transaction};
use tenancy::{Tenant, TenantStatus};
use testkit::{Beginning, Client, Fault, Interleaving, PASSWORD, Stack, task};

use crate::{
    invitations::invitations_tests::{found, no, token_for, token_of},
    roles::roles_tests::{World, code},
};

const SITI: &str = "siti@example.com";
const CHOSEN: &str = "another horse battery";

fn newcomer(token: &str) -> Value {
    json!({ "token": token, "username": "siti", "password": CHOSEN, "firstName": "Siti" })
}

fn dead() -> (u16, String) {
    no(400, "INVALID_OR_EXPIRED_LINK")
}

async fn login(client: &Client, password: &str) -> testkit::Answer {
    client.post("/api/v1/auth/login", json!({ "email": SITI, "password": password })).tenant("toko-a").send().await
}

/// Somebody who registered with Siti's address and never proved it.
async fn squatter(stack: &Stack, scope: TenantScope) -> User {
    let ctx = stack.ctx();
    let registration = Registration {
        email: SITI.parse().unwrap(),
        username: "squatter".parse().unwrap(),
        password: Secret::new(PASSWORD.to_owned()),
        first_name: None,
        last_name: None,
        phone: None,
        locale: None,
    };
    let hasher = Hasher::derived(|label| ctx.ports().keys.derive(label));
    let password = hasher.hash(Password::typed(&registration.password), [1; 16]).await.unwrap();
    let id = UserId::new(ctx.new_ulid());
    let new = NewUser { id, password, roles: vec![Role::User], nonce: [2; 16], now: ctx.now() };
    let totp = Some(Totp { secret: "sealed".to_owned(), confirmed_at: Some(ctx.now()), recovery: Vec::new() });
    let user = User { totp, ..registration.into_user(new) };
    let mut transaction = Transaction::new();
    Users::new(ctx.table(), scope).insert(&mut transaction, &stack.addresses(), &user).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    user
}

#[tokio::test]
async fn a_new_address_becomes_a_member_once() {
    let world = World::open().await;
    let id = world.invited(SITI, &["ADMIN"]).await;
    let token = world.token(&id).await;
    for missing in ["username", "password"] {
        let mut body = newcomer(&token);
        body.as_object_mut().unwrap().remove(missing);
        let answer = world.accept(body).await;
        let pointer = answer.text("/errors/0/pointer");
        assert_eq!((code(&answer), pointer), (no(422, "VALIDATION_FAILED"), format!("/{missing}")));
    }
    let mut weak = newcomer(&token);
    weak["password"] = json!("password1234");
    assert_eq!(world.accept(weak).await.text("/errors/0/code"), "PASSWORD_TOO_COMMON");
    let mut taken = newcomer(&token);
    taken["username"] = json!("dewi-at-toko-a.example");
    assert_eq!(code(&world.accept(taken).await), no(409, "USER_EXISTS"), "and the link still works");
    let accepted = world.accept(newcomer(&token)).await;
    assert_eq!(accepted.status, 201, "{}", accepted.snapshot());
    assert_eq!(accepted.at("/data/user/roles"), json!(["ADMIN"]));
    assert_eq!(
        (accepted.at("/data/user/emailVerified"), accepted.text("/data/user/firstName")),
        (json!(true), "Siti".to_owned())
    );
    assert_eq!(code(&world.accept(newcomer(&token)).await), dead());
    let siti = login(&world.client, CHOSEN).await;
    assert_eq!(siti.status, 200);
    // She is counted: now the owner can go.
    let path = format!("/api/v1/users/{}/roles/ADMIN", world.owner.user);
    let token = siti.text("/data/accessToken");
    assert_eq!(world.client.call(Method::DELETE, path).bearer(&token).send().await.status, 200);
    let path = format!("/api/v1/users/{}/roles/ADMIN", accepted.text("/data/user/id"));
    let last = world.client.call(Method::DELETE, path).bearer(&token).send().await;
    assert_eq!(code(&last), no(409, "LAST_ADMIN"));
    let trail: Vec<Value> = world.trail().await.into_iter().filter(|entry| entry[0] == "invitation.accepted").collect();
    assert_eq!(trail, [json!(["invitation.accepted", "done", id, { "roles": "ADMIN", "account": "new" }])]);
}

#[tokio::test]
async fn a_proven_user_gets_the_roles_and_keeps_the_password() {
    let world = World::open().await;
    let siti = world.stack.user(world.scope, SITI, Role::User).await;
    let invitations = || world.client.get("/api/v1/invitations").bearer(&siti.token).send();
    assert_eq!(invitations().await.status, 403);
    let token = world.token(&world.invited(SITI, &["MANAGER"]).await).await;
    let mut body = newcomer(&token);
    body["username"] = json!("dewi-at-toko-a.example");
    let accepted = world.accept(body).await;
    assert_eq!((accepted.status.as_u16(), accepted.at("/data/user/roles")), (201, json!(["USER", "MANAGER"])));
    assert_eq!(accepted.text("/data/user/username"), "siti-at-example.com");
    assert_eq!(invitations().await.status, 200, "the session goes on, with the role at once");
    assert_eq!(login(&world.client, CHOSEN).await.status, 401);
    assert_eq!(login(&world.client, PASSWORD).await.status, 200);
    assert_eq!(code(&world.accept(json!({ "token": token })).await), dead());
    // The token alone will do, and with roles that came another way in between nothing is left to change.
    let token = world.token(&world.invited(SITI, &["DEPUTY"]).await).await;
    world.grant(siti.user, "DEPUTY").await;
    let accepted = world.accept(json!({ "token": token })).await;
    assert_eq!(
        (accepted.status.as_u16(), accepted.at("/data/user/roles")),
        (201, json!(["USER", "MANAGER", "DEPUTY"]))
    );
}

#[tokio::test]
async fn whoever_imports_an_address_with_a_password_they_know_does_not_become_who_is_invited() {
    let world = World::open().await;
    let (stack, scope) = (&world.stack, world.scope);
    let hash = bcrypt::hash_with_salt("kata sandi lama", 10, [7; 16]).unwrap().to_string();
    let row = json!({ "email": SITI, "emailVerified": true, "passwordHash": hash });
    let body = json!({ "users": [row] });
    let imported = world.client.post("/api/v1/users/import", body).bearer(&world.owner.token).send().await;
    let id: UserId = imported.text("/data/rows/0/userId").parse().unwrap();
    let client = stack.serve(crate::function);
    let importers = login(&client, "kata sandi lama").await;
    assert_eq!(importers.status, 200, "a customer signs in with the password of the other system");
    let path = format!("/api/v1/users/{id}/roles");
    let given = world.post(&path, json!({ "role": "ADMIN" }), &world.owner).await;
    assert_eq!(code(&given), no(409, "ACCOUNT_IMPORTED"));
    assert_eq!(world.post(&path, json!({ "role": "USER" }), &world.owner).await.status, 200);

    let token = world.token(&world.invited(SITI, &["ADMIN"]).await).await;
    let without = world.accept(json!({ "token": token })).await;
    assert_eq!(
        (code(&without), without.text("/errors/0/pointer")),
        (no(422, "VALIDATION_FAILED"), "/password".to_owned())
    );
    let accepted = world.accept(json!({ "token": token, "password": CHOSEN })).await;
    assert_eq!((accepted.status.as_u16(), accepted.at("/data/user/roles")), (201, json!(["USER", "ADMIN"])));
    let client = stack.serve(crate::function);
    assert_eq!(login(&client, "kata sandi lama").await.status, 401);
    let theirs = importers.text("/data/accessToken");
    assert_eq!(client.get("/api/v1/users/me").bearer(&theirs).send().await.status, 401);
    assert_eq!(login(&client, CHOSEN).await.status, 200);
    assert!(!found(stack, scope, SITI).await.unwrap().imported, "its owner has used the mailbox");
    assert_eq!(world.delete(&format!("{path}/ADMIN"), &world.owner).await.status, 200);
    assert_eq!(world.post(&path, json!({ "role": "MANAGER" }), &world.owner).await.status, 200);
}

#[tokio::test]
async fn who_registered_with_somebody_elses_address_is_locked_out() {
    let world = World::open().await;
    let old = squatter(&world.stack, world.scope).await;
    let theirs = world.stack.sign_in(&testkit::Member { scope: world.scope, user: old.id, token: String::new() }).await;
    let me = || world.client.get("/api/v1/users/me").bearer(&theirs).send();
    assert_eq!(me().await.status, 200);
    let token = world.token(&world.invited(SITI, &["ADMIN"]).await).await;
    let without = world.accept(json!({ "token": token })).await;
    assert_eq!(
        (code(&without), without.text("/errors/0/pointer")),
        (no(422, "VALIDATION_FAILED"), "/password".to_owned())
    );
    assert_eq!(me().await.status, 200, "nothing happened yet");
    let accepted = world.accept(json!({ "token": token, "password": CHOSEN, "lastName": "Rahayu" })).await;
    assert_eq!((accepted.status.as_u16(), accepted.at("/data/user/roles")), (201, json!(["USER", "ADMIN"])));
    assert_eq!(accepted.at("/data/user/emailVerified"), json!(true));
    assert_eq!(code(&me().await), no(401, "INVALID_TOKEN"));
    assert_eq!(login(&world.client, PASSWORD).await.status, 401);
    assert_eq!(login(&world.client, CHOSEN).await.status, 200);
    let new = found(&world.stack, world.scope, SITI).await.unwrap();
    assert_eq!((new.id, new.auth_gen, new.totp, new.verification), (old.id, 1, None, None));
    let hour = world.scope.partition("OUT#2026112101");
    let rows = world.stack.ctx().table().query(table::Query::partition(hour)).await.unwrap().items;
    let names = rows.iter().filter(|row| row["data"]["userId"] == json!(old.id)).map(|row| row["type"].clone());
    let mut names: Vec<String> = names.map(|name| name.as_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["user.claimed", "user.roles_changed"]);
    let taken = world.delete(&format!("/api/v1/users/{}/roles/ADMIN", world.owner.user), &world.owner).await;
    assert_eq!(taken.status, 200, "the new administrator is counted");
}

#[tokio::test]
async fn a_link_that_does_not_work_says_nothing_else() {
    let world = World::open().await;
    let (other, _) = world.stack.tenant("toko-b").await;
    let id = world.invited(SITI, &["MANAGER"]).await;
    let token = world.token(&id).await;
    let mut changed = token.clone();
    changed.replace_range(60..61, if &token[60..61] == "A" { "B" } else { "A" });
    let mut details = Vec::new();
    let mut refused = async |answer: testkit::Answer| {
        assert_eq!(code(&answer), dead());
        details.push(answer.text("/detail"));
    };
    for bad in ["", "x", &changed, &"A".repeat(64), &"A".repeat(100_000)] {
        refused(world.accept(newcomer(bad)).await).await;
    }
    let foreign = world.client.post("/api/v1/auth/accept-invitation", newcomer(&token)).tenant(other.id.to_string());
    refused(foreign.send().await).await;
    // The link of a user is none of an invitation.
    let squatted = squatter(&world.stack, world.scope).await;
    let link = squatted.verification.unwrap();
    let user_link = token_for(&world.stack, world.scope, kernel::InvitationId::new(squatted.id.ulid()), &link);
    refused(world.accept(newcomer(&user_link)).await).await;
    world.stack.set_clock("2026-11-28T01:00:00Z");
    refused(world.accept(newcomer(&token)).await).await;
    world.stack.set_clock("2026-11-28T00:59:59Z");
    assert_eq!(
        world.delete(&format!("/api/v1/invitations/{id}"), &world.owner).await.status,
        401,
        "signed in a week ago"
    );
    world.stack.set_clock("2026-11-21T01:00:00Z");
    assert_eq!(world.delete(&format!("/api/v1/invitations/{id}"), &world.owner).await.status, 200);
    refused(world.accept(newcomer(&token)).await).await;
    details.dedup();
    assert_eq!(details.len(), 1);
}

#[tokio::test]
async fn nobody_joins_a_tenant_that_can_only_be_read_and_paid_for() {
    let world = World::open().await;
    let id = world.invited(SITI, &["MANAGER"]).await;
    let token = world.token(&id).await;
    let tenants = tenancy::Tenants::new(world.stack.ctx().table());
    let tenant = tenants.get(world.scope.tenant()).await.unwrap().unwrap();
    let (shut, joined) = (no(403, "TENANT_SUSPENDED"), (201, String::new()));
    for (status, outcome) in [(TenantStatus::Suspended, shut), (TenantStatus::Active, joined)] {
        let before = tenants.get(tenant.id).await.unwrap().unwrap();
        let tenant = Tenant { status, version: before.version + 1, ..before };
        table::write_alone(world.stack.ctx().table(), |tx| tenancy::Tenants::save(tx, &tenant)).await.unwrap();
        assert_eq!(code(&world.accept(newcomer(&token)).await), outcome, "{status:?}");
    }
}

#[tokio::test]
async fn an_invitation_lifts_no_suspension() {
    let world = World::open().await;
    let siti = world.stack.user(world.scope, SITI, Role::User).await;
    let token = world.token(&world.invited(SITI, &["MANAGER"]).await).await;
    let users = Users::new(world.stack.ctx().table(), world.scope);
    let user = users.get(siti.user).await.unwrap().unwrap();
    let suspended = User { status: UserStatus::Suspended, version: user.version + 1, ..user };
    table::write_alone(world.stack.ctx().table(), |tx| users.save(tx, &suspended)).await.unwrap();
    assert_eq!(code(&world.accept(newcomer(&token)).await), no(403, "ACCOUNT_NOT_ACTIVE"));
    assert_eq!(world.roles_of(siti.user).await, ["USER"]);
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_bytes() {
    let world = World::open().await;
    let token = world.token(&world.invited(SITI, &["MANAGER"]).await).await;
    let accept = || {
        let call = world.client.post("/api/v1/auth/accept-invitation", newcomer(&token));
        call.tenant("toko-a").idempotency_key("k1").send()
    };
    let (first, again) = (accept().await, accept().await);
    assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
}

/// A tenant, its owner's invitation to MANAGER, and the token.
struct Invited {
    stack: Stack,
    scope: TenantScope,
    owner: testkit::Member,
    id: String,
    token: String,
}

impl Invited {
    async fn make() -> Self {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let scope = TenantScope::new(tenant.id);
        let body = json!({ "email": SITI, "roles": ["MANAGER"] });
        let client = stack.serve(crate::function);
        let id = client.post("/api/v1/invitations", body).bearer(&owner.token).send().await.text("/data/id");
        let token = token_of(&stack, scope, &id).await;
        Self { stack, scope, owner, id, token }
    }
}

/// What happens at once to an invitation.
async fn at_once(calls: &[&'static str]) -> Beginning<TenantScope, (u16, String)> {
    let Invited { stack, scope, owner, id, token } = Invited::make().await;
    let tasks = calls.iter().enumerate().map(|(number, &what)| {
        let (id, token, owner) = (id.clone(), token.clone(), owner.token.clone());
        task(async move |ctx| {
            let client = Client::new(crate::function(ctx));
            let tenant = scope.tenant().to_string();
            let body = json!({ "token": token, "username": format!("siti-{number}"), "password": CHOSEN });
            let call = match what {
                "accept" => client.post("/api/v1/auth/accept-invitation", body).tenant(tenant),
                "register" => {
                    let body = json!({ "email": SITI, "username": "squatter", "password": PASSWORD });
                    client.post("/api/v1/auth/register", body).tenant(tenant)
                }
                _ => client.call(Method::DELETE, format!("/api/v1/invitations/{id}")).bearer(&owner),
            };
            code(&call.send().await)
        })
    });
    let tasks = tasks.collect();
    Beginning { stack, facts: scope, tasks }
}

/// Rows that decide nothing here: counters of limits, the tenant and its plan, and the user whom an unknown address stands for.
fn every_order() -> Interleaving {
    Interleaving::every()
        .passing("#RL#")
        .passing("#TENANT")
        .passing("#ALLOWANCE#")
        .passing("#LIMITS")
        .passing("#USR#usr_00000000000000000000000000")
}

#[tokio::test]
async fn a_link_is_accepted_once_in_every_order_of_events() {
    let orders = every_order().passing("#U#EMAIL#");
    let played = orders.run(
        async || at_once(&["accept", "accept"]).await,
        async |ended| {
            let mut results = ended.results;
            results.sort();
            assert_eq!(results, [no(201, ""), dead()]);
            let siti = found(&ended.stack, ended.facts, SITI).await.unwrap();
            assert_eq!(siti.roles, [Role::Manager]);
        },
    );
    assert!(played.await >= 20);
}

#[tokio::test]
async fn a_link_is_accepted_or_taken_back_in_every_order_of_events() {
    let orders = every_order().passing("#U#EMAIL#");
    let played = orders.run(
        async || at_once(&["accept", "revoke"]).await,
        async |ended| {
            let siti = found(&ended.stack, ended.facts, SITI).await;
            match siti {
                Some(_) => assert_eq!(ended.results, [no(201, ""), no(409, "INVITATION_ACCEPTED")]),
                None => assert_eq!(ended.results, [dead(), no(200, "")]),
            }
        },
    );
    assert!(played.await >= 20);
}

#[tokio::test]
async fn whoever_registers_meanwhile_does_not_get_in_in_any_order_of_events() {
    let orders = every_order();
    let played = orders.run(
        async || at_once(&["accept", "register"]).await,
        async |ended| {
            assert_eq!(ended.results[0], no(201, ""));
            assert!([no(201, ""), no(409, "USER_EXISTS")].contains(&ended.results[1]), "{:?}", ended.results);
            let client = ended.stack.serve(crate::function);
            assert_eq!(login(&client, PASSWORD).await.status, 401);
            assert_eq!(login(&client, CHOSEN).await.status, 200);
            let siti = found(&ended.stack, ended.facts, SITI).await.unwrap();
            assert!(siti.roles.contains(&Role::Manager) && siti.email_verified_at.is_some());
        },
    );
    assert!(played.await >= 5);
}

#[tokio::test]
async fn a_crash_anywhere_leaves_all_or_nothing_and_the_link_usable() {
    let accept = async |client: &Client, token: &str| {
        let call = client.post("/api/v1/auth/accept-invitation", newcomer(token));
        call.tenant("toko-a").idempotency_key("k").send().await
    };
    let mut faults = vec![None];
    while let Some(fault) = faults.pop() {
        let Invited { stack, scope, token, .. } = Invited::make().await;
        let (ctx, table) = stack.breaking(fault);
        let client = Client::new(crate::function(ctx));
        let first = accept(&client, &token).await;
        assert!([201, 503].contains(&first.status.as_u16()), "{fault:?} {}", first.snapshot());
        if fault.is_none() {
            assert!(table.calls() >= 8, "{}", table.calls());
            faults.extend((0..table.calls()).flat_map(|at| [Some(Fault::Before(at)), Some(Fault::After(at))]));
        }
        let again = accept(&client, &token).await;
        assert_eq!(again.status, 201, "{fault:?} {}", again.snapshot());
        let siti = found(&stack, scope, SITI).await.unwrap();
        assert_eq!(siti.roles, [Role::Manager], "{fault:?}");
    }
}
