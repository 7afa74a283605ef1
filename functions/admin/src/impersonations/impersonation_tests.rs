//! Acting as a user: who may, what the token opens and what it does not, what is kept, and how it ends.

use http::Method;
use identity::{Role, Users};
use kernel::UserId;
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Client, Member};

use crate::world::{World, code};

const PATH: &str = "/api/v1/admin/impersonations";

fn no(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn begin(world: &World, who: &Member, as_whom: UserId) -> Answer {
    let body = json!({ "userId": as_whom, "reason": "The cart shows another price" });
    let token = world.stack.sign_in(who).await;
    world.client.post(PATH, body).bearer(&token).send().await
}

async fn with(world: &World, method: Method, token: &str, path: &str) -> Answer {
    world.client.call(method, path).bearer(token).send().await
}

#[tokio::test]
async fn the_token_is_the_users_and_says_who_acts() {
    let world = World::open().await;
    let begun = begin(&world, &world.owner, world.manager.user).await;
    assert_eq!(begun.status, 201, "{}", begun.snapshot());
    assert_eq!((begun.at("/data/expiresIn"), begun.at("/data/refreshToken")), (json!(900), Value::Null));
    assert_eq!(begun.at("/data/impersonation/endsAt"), json!("2026-11-21T01:15:00.000Z"));
    let token = begun.text("/data/accessToken");
    // It is the manager's reach, not the owner's.
    assert_eq!(code(&with(&world, Method::GET, &token, "/api/v1/admin/dashboard").await), no(403, "FORBIDDEN"));
    let denied = world.trail("access.denied").await;
    assert_eq!(
        (denied[0]["actor"]["id"].clone(), denied[0]["impersonator"].clone()),
        (json!(world.manager.user), json!(world.owner.user)),
        "each entry has both"
    );
    // The token of nobody else has an `act`, and the session wants its own.
    let started = world.trail("impersonation.started").await;
    assert_eq!(started.len(), 1);
    assert_eq!(
        (started[0]["target"].clone(), started[0]["impersonator"].clone()),
        (json!(world.manager.user), Value::Null)
    );
    let list = world.get(&world.owner, PATH).await;
    assert_eq!(list.at("/data/0/reason"), json!("The cart shows another price"));
    assert_eq!((list.at("/data/0/running"), list.at("/data/0/by")), (json!(true), json!(world.owner.user)));
    // What somebody wrote of a person is sealed.
    assert!(!world.stack.everything().await.contains("another price"));
    world.stack.set_clock("2026-11-21T01:15:00Z");
    assert_eq!(code(&with(&world, Method::GET, &token, PATH).await), no(401, "TOKEN_EXPIRED"));
}

#[tokio::test]
async fn nobody_acts_as_a_peer_above_or_out_of_reach() {
    let world = World::open().await;
    let support = world.support(&["admin:*"]).await;
    let second = world.stack.user(world.owner.scope, "second@toko-a.example", Role::Admin).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(code(&begin(&world, &world.owner, second.user).await), no(403, "FORBIDDEN"));
    assert_eq!(code(&begin(&world, &support, world.owner.user).await), no(403, "FORBIDDEN"));
    assert_eq!(code(&begin(&world, &support, world.manager.user).await), no(403, "FORBIDDEN"));
    assert_eq!(code(&begin(&world, &support, support.user).await), no(403, "FORBIDDEN"));
    assert_eq!(code(&begin(&world, &world.manager, world.customer.user).await), no(403, "FORBIDDEN"));
    assert_eq!(code(&begin(&world, &world.customer, world.manager.user).await), no(403, "FORBIDDEN"));
    let theirs = begin(&world, &stranger, world.customer.user).await;
    let nobodys = begin(&world, &stranger, "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()).await;
    assert_eq!((code(&theirs), theirs.text("/detail")), (no(404, "NOT_FOUND"), nobodys.text("/detail")));
    assert_eq!(world.trail("impersonation.started").await.iter().filter(|one| one["outcome"] == "denied").count(), 3);
    assert_eq!(begin(&world, &support, world.customer.user).await.status, 201);
}

#[tokio::test]
async fn it_takes_a_login_of_the_last_minutes_and_a_reason() {
    let world = World::open().await;
    let body = json!({ "userId": world.customer.user, "reason": "x" });
    let key = world.stack.api_key(&world.owner, &["admin:impersonate"]).await;
    let by_key = world.client.post(PATH, body.clone()).bearer(&key).send().await;
    assert_eq!(code(&by_key), no(403, "STEP_UP_REQUIRED"));
    let silent = json!({ "userId": world.customer.user });
    let silent = world.client.post(PATH, silent).bearer(&world.owner.token).send().await;
    assert_eq!(silent.status, 422, "{}", silent.snapshot());
    let token = world.stack.sign_in(&world.owner).await;
    world.stack.set_clock("2026-11-21T01:10:01Z");
    assert_eq!(code(&world.client.post(PATH, body).bearer(&token).send().await), no(403, "STEP_UP_REQUIRED"));
}

#[tokio::test]
async fn what_guards_the_account_is_refused() {
    let world = World::open().await;
    // A member whose role has everything but what the owner has beside it.
    let support = world.support(&["admin:*", "users:*", "roles:*", "api_keys:*"]).await;
    let begun = begin(&world, &world.owner, support.user).await;
    assert_eq!(begun.status, 201, "{}", begun.snapshot());
    let token = begun.text("/data/accessToken");
    assert_eq!(with(&world, Method::GET, &token, "/api/v1/admin/dashboard").await.status, 200, "it may look");
    let body = json!({ "userId": world.customer.user, "reason": "x" });
    let again = world.client.post(PATH, body).bearer(&token).send().await;
    assert_eq!(code(&again), no(403, "IMPERSONATED"), "none within another");
    let path = format!("/api/v1/admin/users/{}", world.customer.user);
    let body = json!({ "roles": ["USER"], "status": "suspended" });
    let changed = world.client.call(Method::PUT, path).json(body).bearer(&token).send().await;
    assert_eq!(code(&changed), no(403, "IMPERSONATED"));
}

#[tokio::test]
async fn it_ends_early_once_and_with_whoever_acts() {
    let world = World::open().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let support = world.support(&["admin:*"]).await;
    let begun = begin(&world, &support, world.customer.user).await;
    let (token, id) = (begun.text("/data/accessToken"), begun.text("/data/impersonation/id"));
    let path = format!("{PATH}/{id}");
    assert_eq!(code(&with(&world, Method::DELETE, &stranger.token, &path).await), no(404, "NOT_FOUND"));
    assert_eq!(code(&with(&world, Method::DELETE, &world.manager.token, &path).await), no(403, "FORBIDDEN"));
    assert_eq!(code(&with(&world, Method::GET, &token, PATH).await), no(403, "FORBIDDEN"), "it is alive");
    for _ in 0..2 {
        let ended = with(&world, Method::DELETE, &world.owner.token, &path).await;
        assert_eq!((ended.status.as_u16(), ended.at("/data/running")), (200, json!(false)), "{}", ended.snapshot());
        assert_eq!(ended.at("/data/endedBy"), json!(world.owner.user));
    }
    assert_eq!(world.trail("impersonation.ended").await.len(), 1);
    assert_eq!(code(&with(&world, Method::GET, &token, PATH).await), no(401, "INVALID_TOKEN"));
    // Whoever is suspended acts as nobody.
    let token = begin(&world, &support, world.customer.user).await.text("/data/accessToken");
    assert_eq!(code(&with(&world, Method::GET, &token, PATH).await), no(403, "FORBIDDEN"));
    let users = Users::new(world.stack.ctx().table(), support.scope);
    let before = users.get(support.user).await.unwrap().unwrap();
    let after = before.clone().suspended(None, world.stack.ctx().now()).unwrap().unwrap();
    let mut transaction = Transaction::new();
    users.change(&mut transaction, &before, &after).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    let cold = Client::new(crate::function(world.stack.loose()));
    let refused = cold.get(PATH).bearer(&token).send().await;
    assert_eq!(code(&refused), no(401, "INVALID_TOKEN"));
}

#[tokio::test]
async fn nobody_acts_as_who_is_out() {
    let world = World::open().await;
    let path = format!("/api/v1/admin/users/{}", world.customer.user);
    let body = json!({ "roles": ["USER"], "status": "suspended" });
    let out = world.client.call(Method::PUT, path).json(body).bearer(&world.owner.token).send().await;
    assert_eq!(out.status, 200);
    assert_eq!(code(&begin(&world, &world.owner, world.customer.user).await), no(409, "USER_NOT_ACTIVE"));
}

#[tokio::test]
async fn the_same_key_begins_it_once() {
    let world = World::open().await;
    let body = json!({ "userId": world.customer.user, "reason": "As agreed" });
    let call = || world.client.post(PATH, body.clone()).bearer(&world.owner.token).idempotency_key("once").send();
    let (first, again) = (call().await, call().await);
    assert_eq!(first.status, 201, "{}", first.snapshot());
    assert_eq!((first.body.clone(), again.header("idempotent-replayed")), (again.body.clone(), "true"));
    assert_eq!(world.trail("impersonation.started").await.len(), 1);
    assert!(
        !world.stack.everything().await.contains(&first.text("/data/accessToken")),
        "no token is stored in the clear"
    );
}
