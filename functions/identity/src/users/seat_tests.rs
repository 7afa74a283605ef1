//! Members against the limit of the plan, over the router: every way that makes or unmakes one.

use allowances::Quota;
use http::Method;
use identity::{Role, UserFilter, Users};
use kernel::{Resource, UserId};
use serde_json::{Value, json};
use table::{TenantScope, pages::PageRequest};
use tenancy::limits::ResourceCounts;
use testkit::{Beginning, Client, Interleaving, Member, Stack, task};

use crate::{
    invitations::invitations_tests::no,
    roles::roles_tests::{World, code},
};

/// How many members the count says there are, and how many there are.
async fn members(stack: &Stack, scope: TenantScope) -> (i64, usize) {
    let (table, now) = (stack.ctx().table(), stack.ctx().now());
    let state = ResourceCounts::new(table, scope).state(Resource::Users, now).await.unwrap();
    let page = Users::new(table, scope).list(&UserFilter::default(), &PageRequest::default()).await.unwrap();
    (state.count.used, page.items.iter().filter(|user| user.is_active_member()).count())
}

async fn events(stack: &Stack, name: &str) -> Vec<Value> {
    stack.rows().await.into_iter().filter(|row| row["type"] == name).map(|row| row["data"].clone()).collect()
}

fn roles(user: UserId) -> String {
    format!("/api/v1/users/{user}/roles")
}

#[tokio::test]
async fn nobody_is_invited_to_a_seat_that_is_taken_or_promised() {
    let world = World::open().await;
    world.stack.limited(world.scope, 7, &[("users", Quota::AtMost(4))]).await;
    let full = no(409, "MEMBER_LIMIT_REACHED");
    let invite = async |email: &str| world.invite(email, &["MANAGER"], &world.owner).await;
    let siti = world.invited("siti@example.com", &["MANAGER"]).await;
    let dewi = world.invited("dewi2@example.com", &["MANAGER"]).await;
    assert_eq!(members(&world.stack, world.scope).await, (2, 2));
    let refused = invite("tono@example.com").await;
    assert_eq!(code(&refused), full);
    assert!(refused.text("/detail").contains("2 are there and 2 more are invited"), "{}", refused.snapshot());
    let mails = events(&world.stack, "invitation.created").await;
    assert_eq!(mails.len(), 2, "no mail leaves");

    // Whoever is invited again, is a member or comes for a customer takes no other seat.
    assert_eq!(code(&invite("siti@example.com").await).0, 201);
    let deputy = Users::new(world.stack.ctx().table(), world.scope).get(world.deputy.user).await.unwrap().unwrap();
    assert_eq!(code(&world.invite(deputy.email.as_str(), &["ADMIN"], &world.owner).await).0, 201);
    assert_eq!(code(&invite("tono@example.com").await), full, "a member's invitation takes none, and leaves none");

    // One that is taken back makes room, and so does a larger plan.
    assert_eq!(world.delete(&format!("/api/v1/invitations/{dewi}"), &world.owner).await.status, 200);
    assert_eq!(code(&invite("tono@example.com").await).0, 201);
    assert_eq!(code(&invite("joko@example.com").await), full);
    assert_ne!(siti, dewi);
    // Links that nobody used in time promise nothing any more.
    world.stack.set_clock("2026-11-28T01:00:01Z");
    let owner = Member { token: world.stack.sign_in(&world.owner).await, ..world.owner.clone() };
    assert_eq!(code(&world.invite("joko@example.com", &["MANAGER"], &owner).await).0, 201);
}

#[tokio::test]
async fn where_all_seats_are_taken_nobody_is_invited_and_where_more_are_billed_anybody() {
    let world = World::open().await;
    world.stack.limited(world.scope, 7, &[("users", Quota::AtMost(2))]).await;
    let refused = world.invite("siti@example.com", &["MANAGER"], &world.owner).await;
    assert_eq!(code(&refused), no(409, "MEMBER_LIMIT_REACHED"));
    assert!(refused.text("/detail").contains("2 are there;"), "{}", refused.snapshot());
    let world = World::open().await;
    world.stack.limited(world.scope, 7, &[("users", Quota::Including(2))]).await;
    world.invited("siti@example.com", &["MANAGER"]).await;
    world.invited("tono@example.com", &["MANAGER"]).await;
}

#[tokio::test]
async fn the_last_seat_is_taken_once_by_whatever_makes_a_member() {
    let world = World::open().await;
    world.stack.limited(world.scope, 7, &[("users", Quota::AtMost(3))]).await;
    let budi = world.stack.user(world.scope, "budi@example.com", Role::User).await;
    let siti = world.invited("siti@example.com", &["MANAGER"]).await;
    let token = world.token(&siti).await;
    assert_eq!(members(&world.stack, world.scope).await, (2, 2));
    let given = world.post(&roles(budi.user), json!({ "role": "MANAGER" }), &world.owner).await;
    assert_eq!(given.status, 200);
    assert_eq!(members(&world.stack, world.scope).await, (3, 3));
    let told = events(&world.stack, "tenant.limit_reached").await;
    assert_eq!((told.len(), &told[0]["used"], &told[0]["policy"]), (1, &json!(3), &json!("blocked")), "{told:?}");

    // Another role takes no other seat; a new member does, and the link still works afterwards.
    assert_eq!(world.post(&roles(budi.user), json!({ "role": "DEPUTY" }), &world.owner).await.status, 200);
    let body = json!({ "token": token, "username": "siti", "password": "another horse battery" });
    let refused = world.accept(body.clone()).await;
    assert_eq!(code(&refused), no(409, "MEMBER_LIMIT_REACHED"));
    assert!(refused.text("/detail").contains("allows 3 members"), "{}", refused.snapshot());
    let dewi = world.stack.user(world.scope, "dewi2@example.com", Role::User).await;
    let refused = world.post(&roles(dewi.user), json!({ "role": "MANAGER" }), &world.owner).await;
    assert_eq!(code(&refused), no(409, "MEMBER_LIMIT_REACHED"));

    let suspended = world.post(&format!("/api/v1/users/{}/suspend", budi.user), json!({}), &world.owner).await;
    assert_eq!(suspended.status, 200);
    assert_eq!(members(&world.stack, world.scope).await, (2, 2));
    assert_eq!(world.accept(body).await.status, 201);
    let back = world.post(&format!("/api/v1/users/{}/activate", budi.user), json!({}), &world.owner).await;
    assert_eq!(code(&back), no(409, "MEMBER_LIMIT_REACHED"));

    // Whoever leaves makes room: by losing the roles, or by being erased.
    assert_eq!(world.take_all(world.deputy.user, &["MANAGER", "DEPUTY"]).await, (2, 2));
    let back = world.post(&format!("/api/v1/users/{}/activate", budi.user), json!({}), &world.owner).await;
    assert_eq!(back.status, 200);
    assert_eq!(members(&world.stack, world.scope).await, (3, 3));
    for _ in 0..2 {
        assert_eq!(world.delete(&format!("/api/v1/users/{}", budi.user), &world.owner).await.status, 200);
    }
    assert_eq!(members(&world.stack, world.scope).await, (2, 2), "an erasure that is repeated frees one seat");
    assert_eq!(events(&world.stack, "tenant.limit_reached").await.len(), 1, "once a month");
}

impl World {
    async fn take_all(&self, user: UserId, names: &[&str]) -> (i64, usize) {
        for name in names {
            let path = format!("{}/{name}", roles(user));
            assert_eq!(self.delete(&path, &self.owner).await.status, 200);
        }
        members(&self.stack, self.scope).await
    }
}

#[tokio::test]
async fn a_smaller_plan_takes_nobody_away_and_lets_nobody_in() {
    let world = World::open().await;
    let budi = world.stack.user(world.scope, "budi@example.com", Role::User).await;
    world.stack.limited(world.scope, 7, &[("users", Quota::AtMost(1))]).await;
    let refused = world.post(&roles(budi.user), json!({ "role": "MANAGER" }), &world.owner).await;
    assert_eq!(code(&refused), no(409, "MEMBER_LIMIT_REACHED"));
    assert_eq!(world.roles_of(world.deputy.user).await.len(), 2);
    world.stack.limited(world.scope, 8, &[("users", Quota::Including(1))]).await;
    let billed = world.post(&roles(budi.user), json!({ "role": "MANAGER" }), &world.owner).await;
    assert_eq!(billed.status, 200, "more than is included is billed");
    assert_eq!(members(&world.stack, world.scope).await, (3, 3));
}

/// An administrator, and two customers of whom each is to become a member, where one seat is left.
async fn promotions() -> Beginning<TenantScope, (u16, String)> {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let scope = TenantScope::new(tenant.id);
    stack.limited(scope, 7, &[("users", Quota::AtMost(2))]).await;
    let (budi, siti) = (
        stack.user(scope, "budi@example.com", Role::User).await,
        stack.user(scope, "siti@example.com", Role::User).await,
    );
    let promote = |by: &Member, target: UserId| {
        let token = by.token.clone();
        task(async move |ctx| {
            let client = Client::new(crate::function(ctx));
            let call = client.call(Method::POST, roles(target)).json(json!({ "role": "MANAGER" }));
            code(&call.bearer(&token).send().await)
        })
    };
    let tasks = vec![promote(&owner, budi.user), promote(&owner, siti.user)];
    Beginning { stack, facts: scope, tasks }
}

#[tokio::test]
async fn of_two_at_once_for_the_last_seat_one_gets_it_in_every_order() {
    let orders = Interleaving::every().passing("#RL#").passing("#AUDIT#").passing("#PLANS");
    orders
        .run(promotions, async |ended| {
            let mut results = ended.results;
            results.sort();
            assert_eq!(results, [(200, String::new()), no(409, "MEMBER_LIMIT_REACHED")]);
            assert_eq!(members(&ended.stack, ended.facts).await, (2, 2));
        })
        .await;
}
