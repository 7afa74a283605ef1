//! Erasing over HTTP: who may, what is left, and that it ends well however often it breaks off.

use futures::future::join_all;
use http::Method;
use identity::{MfaGuard, Role, UserStatus, Users};
use serde_json::{Value, json};
use table::TenantScope;
use testkit::{Answer, Beginning, Client, Fault, Interleaving, Member, PASSWORD, Stack, task};

use crate::{invitations::invitations_tests::token_of, users::suspend_user_tests::admins};

async fn erase(client: &Client, who: &Member, target: &Member) -> Answer {
    let path = format!("/api/v1/users/{}", target.user);
    client.call(Method::DELETE, path).bearer(&who.token).send().await
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

fn budi() -> Value {
    json!({ "email": "budi@example.com", "username": "budi", "password": PASSWORD, "firstName": "Budiman",
        "lastName": "Santoso" })
}

/// A customer who registered, failed a login, signed in twice and said what they want.
async fn customer(stack: &Stack, client: &Client, scope: TenantScope) -> Member {
    let post = |path: &'static str, body| client.post(path, body).tenant("toko-a").send();
    let id = post("/api/v1/auth/register", budi()).await.text("/data/user/id");
    post("/api/v1/auth/login", json!({ "email": "budi@example.com", "password": PASSWORD })).await;
    let login = json!({ "email": "budi@example.com", "password": PASSWORD });
    let token = client.post("/api/v1/auth/login", login).tenant("toko-a").header("user-agent", "Budis Handy").send();
    let token = token.await.text("/data/accessToken");
    post("/api/v1/auth/login", json!({ "email": "budi@example.com", "password": "wrong horse battery" })).await;
    let body = json!({ "preferences": { "watchlist": ["IDX:BBCA"] } });
    client.call(Method::PATCH, "/api/v1/users/me").json(body).bearer(&token).send().await;
    assert!(stack.rows().await.iter().any(|row| row.to_string().contains("Budis Handy")));
    Member { scope, user: id.parse().unwrap(), token }
}

/// The rows, but the audit trail, that hold one of these words.
async fn rows_with(stack: &Stack, words: &[&str]) -> Vec<String> {
    let rows = stack.rows().await.into_iter();
    let rows = rows.filter(|row| !row["SK"].as_str().is_some_and(|sk| sk.starts_with("AUD#")));
    rows.map(|row| row.to_string()).filter(|row| words.iter().any(|word| row.contains(word))).collect()
}

#[tokio::test]
async fn people_erase_themselves_and_leave_nothing_but_the_id() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let client = Client::new(crate::function(stack.loose()));
    let customer = customer(&stack, &client, owner.scope).await;
    let answer = erase(&client, &customer, &customer).await;
    let name = customer.user.ulid().to_string().to_ascii_lowercase();
    assert_eq!(
        answer.at("/data"),
        json!({ "id": customer.user, "email": format!("erased-{name}@erased.invalid"),
            "username": format!("erased-{name}"), "firstName": null, "lastName": null, "phone": null, "roles": [],
            "status": "erased", "emailVerified": false, "createdAt": "2026-11-21T01:00:00.000Z", "mfaEnabled": false,
            "suspendedAt": null, "suspensionReason": null, "erasedAt": "2026-11-21T01:00:00.000Z" })
    );
    assert_eq!(code(&erase(&client, &customer, &customer).await), (401, "INVALID_TOKEN".to_owned()));
    // The limiter's counters of an address, which is nobody's own, run out by themselves.
    let left = rows_with(&stack, &["budi@example.com", "Budiman", "Santoso", "Budis Handy", "BBCA"]).await;
    assert_eq!(left, Vec::<String>::new());
    let left = rows_with(&stack, &["203.0.113.9"]).await;
    assert!(left.iter().all(|row| row.contains("#RL#")), "{left:?}");
    let left = rows_with(&stack, &["#ACT#", "LOGIN#", "SESSIONS#"]).await;
    assert!(left.iter().all(|row| row.contains(&owner.user.to_string())), "{left:?}");

    // Who reads the id later finds the tombstone; the numbers stay.
    let path = format!("/api/v1/users/{}", customer.user);
    let seen = client.get(path).bearer(&owner.token).send().await;
    assert_eq!(seen.body, answer.body);
    let list = async |query: &str| {
        let answer = client.get(format!("/api/v1/users{query}")).bearer(&owner.token).send().await;
        answer.at("/data").as_array().unwrap().len()
    };
    assert_eq!((list("").await, list("?status=erased").await), (1, 1));
    let numbers = client.get("/api/v1/users/analytics").bearer(&owner.token).send().await;
    assert_eq!((numbers.at("/data/totals/signUps"), numbers.at("/data/months/1/activeUsers")), (json!(1), json!(1)));
    let event = stack.rows().await.into_iter().find(|row| row["type"] == "user.erased").unwrap();
    assert_eq!(event["data"], json!({ "userId": customer.user }));

    // The address and the name are free, and nothing of before comes back.
    let login = json!({ "email": "budi@example.com", "password": PASSWORD });
    let answer = client.post("/api/v1/auth/login", login).tenant("toko-a").send().await;
    assert_eq!(code(&answer), (401, "INVALID_CREDENTIALS".to_owned()));
    let again = client.post("/api/v1/auth/register", budi()).tenant("toko-a").send().await;
    assert_eq!(again.status, 201);
    assert_ne!(again.text("/data/user/id"), customer.user.to_string());
}

#[tokio::test]
async fn a_tombstone_can_only_be_looked_at() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let client = Client::new(crate::function(stack.loose()));
    let siti = stack.user(owner.scope, "siti@example.com", Role::User).await;
    let first = erase(&client, &owner, &siti).await;
    assert_eq!(erase(&client, &owner, &siti).await.body, first.body, "twice is once");
    let path = format!("/api/v1/users/{}", siti.user);
    for verb in ["suspend", "activate", "unlock"] {
        let answer = client.post(format!("{path}/{verb}"), json!({})).bearer(&owner.token).send().await;
        assert_eq!(code(&answer), (409, "USER_ERASED".to_owned()), "{verb}");
    }
    let answer = client.call(Method::PATCH, path).json(json!({ "firstName": "X" })).bearer(&owner.token).send().await;
    assert_eq!(code(&answer), (409, "USER_ERASED".to_owned()));
}

#[tokio::test]
async fn only_who_may_and_signed_in_just_now() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let client = Client::new(crate::function(stack.loose()));
    let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let siti = stack.user(owner.scope, "siti@example.com", Role::User).await;
    let manager = stack.user(owner.scope, "manager@example.com", Role::Manager).await;
    assert_eq!(code(&erase(&client, &budi, &siti).await), (404, "NOT_FOUND".to_owned()), "another customer");
    assert_eq!(code(&erase(&client, &budi, &owner).await), (404, "NOT_FOUND".to_owned()));
    assert_eq!(code(&erase(&client, &manager, &budi).await), (403, "FORBIDDEN".to_owned()));
    assert_eq!(code(&erase(&client, &owner, &owner).await), (409, "LAST_ADMIN".to_owned()));
    stack.set_clock("2026-11-21T01:10:01Z");
    assert_eq!(code(&erase(&client, &owner, &budi).await), (403, "STEP_UP_REQUIRED".to_owned()));
    assert_eq!(code(&erase(&client, &budi, &budi).await), (403, "STEP_UP_REQUIRED".to_owned()));
    let owner = Member { token: stack.sign_in(&owner).await, ..owner };
    assert_eq!(erase(&client, &owner, &budi).await.status, 200);
}

#[tokio::test]
async fn of_administrators_who_erase_themselves_at_once_one_stays() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let client = Client::new(crate::function(stack.loose()));
    let siti = stack.user(owner.scope, "siti@example.com", Role::Admin).await;
    let both = join_all([erase(&client, &owner, &owner), erase(&client, &siti, &siti)]).await;
    let mut codes: Vec<(u16, String)> = both.iter().map(code).collect();
    codes.sort();
    assert_eq!(codes, [(200, String::new()), (409, "LAST_ADMIN".to_owned())]);
    assert_eq!(admins(&stack, owner.scope).await, (1, 1));
}

async fn invite(client: &Client, owner: &Member, email: &str) -> String {
    let body = json!({ "email": email, "roles": ["MANAGER"] });
    let made = client.post("/api/v1/invitations", body).bearer(&owner.token).send().await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    made.text("/data/id")
}

#[tokio::test]
async fn an_open_invitation_and_tries_at_the_second_factor_go_too() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let client = Client::new(crate::function(stack.loose()));
    let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let id = invite(&client, &owner, "budi@example.com").await;
    let other = invite(&client, &owner, "siti@example.com").await;
    let token = token_of(&stack, owner.scope, &id).await;
    let users = Users::new(stack.ctx().table(), owner.scope);
    let tried = MfaGuard::default().count(stack.ctx().now()).unwrap();
    table::write_alone(stack.ctx().table(), |tx| users.save_mfa_tries(tx, budi.user, &tried, stack.ctx().now()))
        .await
        .unwrap();
    assert_eq!(rows_with(&stack, &["#MFA#"]).await.len(), 1);
    assert_eq!(erase(&client, &budi, &budi).await.status, 200);
    assert_eq!(rows_with(&stack, &["budi@example.com", "#MFA#"]).await, Vec::<String>::new());
    let left = rows_with(&stack, &["#U#INVITE#", "#IVT#"]).await;
    assert!(left.len() == 2 && left.iter().all(|row| row.contains(&other)), "somebody else's stays: {left:?}");
    let listed = client.get("/api/v1/invitations").bearer(&owner.token).send().await;
    assert_eq!((listed.text("/data/0/id"), listed.at("/data/1")), (other, Value::Null));
    let body = json!({ "token": token, "username": "budi", "password": PASSWORD });
    let accepted = client.post("/api/v1/auth/accept-invitation", body).tenant("toko-a").send().await;
    assert_eq!(code(&accepted), (400, "INVALID_OR_EXPIRED_LINK".to_owned()));
    let trail = crate::roles::roles_tests::trail(&stack, owner.scope).await;
    let entry = trail.iter().find(|entry| entry[0] == "user.erased").unwrap();
    assert_eq!(entry[3], json!({ "invitation": id }), "where it went");
}

/// Some of many hundred orders.
#[tokio::test]
async fn an_invitation_that_is_accepted_meanwhile_keeps_nobody() {
    let orders = Interleaving::sample(7, 40).passing("#RL#").passing("#TENANT");
    let played = orders.run(
        async || {
            let stack = Stack::start().await;
            let (tenant, owner) = stack.tenant("toko-a").await;
            let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
            let id = invite(&stack.serve(crate::function), &owner, "budi@example.com").await;
            let token = token_of(&stack, owner.scope, &id).await;
            let accept = task(async move |ctx| {
                let client = Client::new(crate::function(ctx));
                let body = json!({ "token": token, "username": "somebody", "password": PASSWORD });
                let call = client.post("/api/v1/auth/accept-invitation", body);
                code(&call.tenant(tenant.id.to_string()).send().await)
            });
            let target = budi.clone();
            let erasure =
                task(async move |ctx| code(&erase(&Client::new(crate::function(ctx)), &owner, &target).await));
            Beginning { stack, facts: budi, tasks: vec![accept, erasure] }
        },
        async |ended| {
            assert!([201, 400].contains(&ended.results[0].0), "{:?}", ended.results);
            assert_eq!(ended.results[1], (200, String::new()));
            let users = Users::new(ended.stack.ctx().table(), ended.facts.scope);
            let user = users.get(ended.facts.user).await.unwrap().unwrap();
            assert_eq!((user.status, user.roles), (UserStatus::Erased, Vec::new()));
            assert_eq!(rows_with(&ended.stack, &["#U#INVITE#"]).await, Vec::<String>::new());
        },
    );
    assert_eq!(played.await, 40);
}

/// The call dies at each call of the store; asked again, it is done once and whole.
#[tokio::test]
async fn an_erasure_that_dies_anywhere_is_done_by_the_next() {
    let mut faults = vec![None];
    while let Some(fault) = faults.pop() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let siti = stack.user(owner.scope, "siti@example.com", Role::Admin).await;
        invite(&stack.serve(crate::function), &owner, "siti@example.com").await;
        let (ctx, table) = stack.breaking(fault);
        let client = Client::new(crate::function(ctx));
        let first = erase(&client, &owner, &siti).await.status.as_u16();
        assert!([200, 503].contains(&first), "{fault:?} {first}");
        if fault.is_none() {
            assert!(table.calls() >= 8, "{}", table.calls());
            faults.extend((0..table.calls()).flat_map(|at| [Some(Fault::Before(at)), Some(Fault::After(at))]));
        }
        let again = erase(&client, &owner, &siti).await;
        assert_eq!((again.status.as_u16(), again.text("/data/status")), (200, "erased".to_owned()), "{fault:?}");
        assert_eq!(admins(&stack, owner.scope).await, (1, 1), "{fault:?}");
        assert_eq!(rows_with(&stack, &["siti@example.com", "siti-at"]).await, Vec::<String>::new(), "{fault:?}");
        let (rows, id) = (stack.rows().await, siti.user.to_string());
        let of = |mark: &str| rows.iter().filter(|row| row.to_string().contains(mark)).count();
        assert_eq!(
            (of("\"user.erased\""), of(&format!("SESSIONS#{id}"))),
            (2, 0),
            "the entry and the event: {fault:?}"
        );
    }
}
