//! Refreshes against refreshes, logouts and everything that ends a generation, in every order of their store calls.

use identity::{SessionStatus, User};
use testkit::{Answer, Beginning, Client, Ended, Interleaving, Stack, Task, task};

use crate::sessions::signed_in_room::{SignedInOwner, code, invalid, signed_in};

/// Refreshes a token in an environment of its own.
fn refresh(owner: &SignedInOwner, token: &str) -> Task<Answer> {
    let (owner, token) = (owner.clone(), token.to_owned());
    task(async move |ctx| owner.refresh(&Client::new(crate::function(ctx)), &token).await)
}

/// A call of the owner's.
fn post(owner: &SignedInOwner, path: &'static str) -> Task<Answer> {
    let token = owner.access.clone();
    task(async move |ctx| {
        let client = Client::new(crate::function(ctx));
        client.call(http::Method::POST, path).bearer(&token).send().await
    })
}

fn scene(stack: Stack, owner: SignedInOwner, tasks: Vec<Task<Answer>>) -> Beginning<SignedInOwner, Answer> {
    Beginning { stack, facts: owner, tasks }
}

/// Every order. Counters of limits are left out, and the look-up of the tenant, which nobody changes here.
fn every() -> Interleaving {
    Interleaving::every().passing("#RL#").passing("#TENANT TENANT")
}

/// Nothing that was ever given out for the session works any more, in any environment.
async fn nothing_works(ended: &Ended<SignedInOwner, Answer>) {
    let Ended { stack, facts: owner, results } = ended;
    let client = stack.serve(crate::function);
    let pairs = results.iter().filter(|answer| !answer.at("/data/refreshToken").is_null());
    let pairs = pairs.map(|answer| (answer.text("/data/refreshToken"), answer.text("/data/accessToken")));
    for (refresh, access) in pairs.chain([(owner.refresh.clone(), owner.access.clone())]) {
        assert_eq!(code(&owner.refresh(&client, &refresh).await), invalid());
        assert_eq!(code(&client.get("/api/v1/users/me").bearer(&access).send().await), invalid());
    }
}

async fn one_pair(ended: Ended<SignedInOwner, Answer>) {
    let first = &ended.results[0];
    assert_eq!(first.status, 200);
    for other in &ended.results {
        assert_eq!(other.body, first.body, "all have the same pair");
    }
    assert_eq!(ended.facts.stored(&ended.stack).await.version, 2, "one of them wrote");
    let client = ended.stack.serve(crate::function);
    let next = ended.facts.refresh(&client, &first.text("/data/refreshToken")).await;
    assert_eq!(next.status, 200, "and it works");
}

#[tokio::test]
async fn two_refreshes_of_a_token_get_one_pair() {
    let setup = async || {
        let (stack, owner) = signed_in().await;
        let tasks = vec![refresh(&owner, &owner.refresh), refresh(&owner, &owner.refresh)];
        scene(stack, owner, tasks)
    };
    // Read and write each, and the second of two that read first reads again: 1 + 2 orders, for either to be first.
    assert_eq!(every().run(setup, one_pair).await, 6);
}

#[tokio::test]
async fn three_refreshes_of_a_token_get_one_pair() {
    let setup = async || {
        let (stack, owner) = signed_in().await;
        let tasks = (0..3).map(|_| refresh(&owner, &owner.refresh)).collect();
        scene(stack, owner, tasks)
    };
    let sample = Interleaving::sample(26, 20).passing("#RL#").passing("#TENANT TENANT");
    assert_eq!(sample.run(setup, one_pair).await, 20);
}

#[tokio::test]
async fn after_a_logout_that_races_a_refresh_nothing_refreshes() {
    let setup = async || {
        let (stack, owner) = signed_in().await;
        let tasks = vec![refresh(&owner, &owner.refresh), post(&owner, "/api/v1/auth/logout")];
        scene(stack, owner, tasks)
    };
    let played = every().run(setup, async |ended| {
        let refreshed = code(&ended.results[0]);
        assert!(refreshed == (200, String::new()) || refreshed == invalid(), "{refreshed:?}");
        assert_eq!(ended.results[1].status, 200, "who signs out is signed out");
        assert_eq!(ended.facts.stored(&ended.stack).await.status, SessionStatus::Ended);
        nothing_works(&ended).await;
    });
    assert!(played.await >= 10);
}

#[tokio::test]
async fn after_a_logout_everywhere_that_races_a_refresh_nothing_refreshes() {
    let setup = async || {
        let (stack, owner) = signed_in().await;
        let tasks = vec![refresh(&owner, &owner.refresh), post(&owner, "/api/v1/auth/logout-all")];
        scene(stack, owner, tasks)
    };
    let played = every().run(setup, async |ended| {
        let refreshed = code(&ended.results[0]);
        assert!(refreshed == (200, String::new()) || refreshed == invalid(), "{refreshed:?}");
        assert_eq!(ended.results[1].status, 200);
        nothing_works(&ended).await;
    });
    assert!(played.await >= 10);
}

#[tokio::test]
async fn no_pair_of_a_generation_that_a_new_password_ended_works() {
    let setup = async || {
        let (stack, owner) = signed_in().await;
        let changing = owner.clone();
        let change = task(async move |ctx| {
            changing.change_user(&ctx, |user| User { auth_gen: user.auth_gen + 1, ..user }).await;
            changing.refresh(&Client::new(crate::function(ctx)), "rt_").await
        });
        let tasks = vec![refresh(&owner, &owner.refresh), change];
        scene(stack, owner, tasks)
    };
    assert_eq!(every().run(setup, async |ended| nothing_works(&ended).await).await, 6);
}

#[tokio::test]
async fn a_reused_token_that_races_the_newest_ends_the_session_in_every_order() {
    let setup = async || {
        let (stack, owner) = signed_in().await;
        let client = stack.serve(crate::function);
        let newest = owner.refresh(&client, &owner.refresh).await.text("/data/refreshToken");
        stack.set_clock("2026-11-21T01:00:31Z");
        let tasks = vec![refresh(&owner, &newest), refresh(&owner, &owner.refresh)];
        scene(stack, owner, tasks)
    };
    let played = every().run(setup, async |ended| {
        let newest = code(&ended.results[0]);
        assert!(newest == (200, String::new()) || newest == invalid(), "{newest:?}");
        assert_eq!(code(&ended.results[1]), (401, "TOKEN_REUSE".to_owned()));
        assert_eq!(ended.facts.stored(&ended.stack).await.status, SessionStatus::Revoked);
        assert_eq!(ended.facts.audited(&ended.stack).await.len(), 1);
        nothing_works(&ended).await;
    });
    assert!(played.await >= 6);
}
