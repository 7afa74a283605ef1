//! Two calls at once, in every order of their calls of the store.

use http::Method;
use serde_json::{Value, json};
use testkit::{Beginning, Interleaving, Member, Task, task};

use crate::world::{World, shirt};

/// Every order, but for the calls that only tell who somebody is and how often they call.
fn orders() -> Interleaving {
    Interleaving::sample(11, 60).passing("#RL#").passing("#TENANT").passing("#USR#").passing("#SES#").passing("#ROLES")
}

/// A call of staff; its status and code.
fn call(by: &Member, method: Method, path: String, body: Value) -> Task<(u16, String)> {
    let token = by.token.clone();
    task(async move |ctx| {
        let client = testkit::Client::new(crate::function(ctx));
        let key = format!("{method}{path}").chars().filter(char::is_ascii_alphanumeric).take(60).collect::<String>();
        let call = client.call(method.clone(), path).bearer(&token).idempotency_key(&key);
        let answer = if method == Method::DELETE { call.send().await } else { call.json(body).send().await };
        (answer.status.as_u16(), answer.text("/code"))
    })
}

#[tokio::test]
async fn a_category_goes_or_has_a_product() {
    let played = orders().run(
        async || {
            let world = World::open().await;
            let category = world.category("Top", None).await;
            let mut body = shirt("A");
            body["categoryIds"] = json!([category]);
            let tasks = vec![
                call(&world.owner, Method::DELETE, format!("/api/v1/categories/{category}"), json!({})),
                call(&world.owner, Method::POST, "/api/v1/products".to_owned(), body),
            ];
            Beginning { stack: world.stack, facts: (), tasks }
        },
        async |ended| {
            let rows = ended.stack.rows().await;
            let has = |kind: &str| rows.iter().any(|row| row["SK"].as_str().is_some_and(|key| key.starts_with(kind)));
            let results: Vec<(u16, &str)> =
                ended.results.iter().map(|(status, code)| (*status, code.as_str())).collect();
            match results.as_slice() {
                [(200, _), (422, "VALIDATION_FAILED")] => assert!(!has("CATEGORY#") && !has("PRODUCT")),
                [(409, "CATEGORY_NOT_EMPTY"), (201, _)] => assert!(has("CATEGORY#") && has("PRODUCT")),
                other => panic!("{other:?}"),
            }
        },
    );
    assert!(played.await > 1);
}

#[tokio::test]
async fn a_draft_is_deleted_or_put_on_sale() {
    let played = orders().run(
        async || {
            let world = World::open().await;
            let id = world.product("A").await;
            let tasks = vec![
                call(&world.owner, Method::DELETE, format!("/api/v1/products/{id}"), json!({})),
                call(&world.owner, Method::POST, format!("/api/v1/products/{id}/publish"), json!({})),
            ];
            Beginning { stack: world.stack, facts: (), tasks }
        },
        async |ended| {
            let rows = ended.stack.rows().await;
            let status = rows.iter().find(|row| row["SK"] == "PRODUCT").map(|row| row["status"].clone());
            let told = |name: &str| rows.iter().filter(|row| row["type"] == name).count();
            let told = (told("product.deleted"), told("product.published"), told("product.archived"));
            match (ended.results[0].0, ended.results[1].0) {
                (200, 404) => assert_eq!((status, told), (None, (1, 0, 0))),
                // What was on sale for a moment is archived.
                (200, 200) => assert_eq!((status, told), (Some(json!("archived")), (0, 1, 1))),
                other => panic!("{other:?}"),
            }
        },
    );
    assert!(played.await > 1);
}

#[tokio::test]
async fn of_two_moves_one_is_below_the_other() {
    let played = orders().run(
        async || {
            let world = World::open().await;
            let (one, two) = (world.category("One", None).await, world.category("Two", None).await);
            let below = |id: &str, parent: &str| {
                call(&world.owner, Method::PATCH, format!("/api/v1/categories/{id}"), json!({ "parentId": parent }))
            };
            let tasks = vec![below(&one, &two), below(&two, &one)];
            Beginning { stack: world.stack, facts: (), tasks }
        },
        async |ended| {
            let mut codes: Vec<String> = ended.results.into_iter().map(|(_, code)| code).collect();
            codes.sort();
            assert_eq!(codes, ["", "CATEGORY_CYCLE"]);
        },
    );
    assert!(played.await > 1);
}
