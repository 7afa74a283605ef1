//! The life of a product on sale: published, reduced, archived, deleted.

use http::Method;
use serde_json::json;

use crate::world::{World, shirt};

#[tokio::test]
async fn a_product_is_told_of_when_it_is_on_sale_and_when_it_is_not() {
    let world = World::open().await;
    let id = world.product("A").await;
    world.publish(&id, json!({})).await;
    let again = world.publish(&id, json!({})).await;
    assert_eq!((again.header("etag"), again.text("/data/status")), ("\"2\"", "active".to_owned()), "twice is as once");
    world.act(&id, "archive").await;
    assert_eq!(world.act(&id, "archive").await.header("etag"), "\"3\"");
    let back = world.publish(&id, json!({})).await;
    assert_eq!(back.text("/data/status"), "active");
    assert_eq!(world.events().await, ["product.created", "product.published", "product.archived", "product.published"]);
}

#[tokio::test]
async fn what_is_to_be_published_is_so_at_its_instant() {
    let world = World::open().await;
    let id = world.product("A").await;
    let at = "2026-11-21T09:00:00.000Z";
    let scheduled = world.publish(&id, json!({ "publishAt": at })).await;
    assert_eq!(
        (scheduled.text("/data/status"), scheduled.text("/data/publishedAt")),
        ("scheduled".to_owned(), at.to_owned())
    );
    let due = async || {
        let rows = world.stack.rows().await;
        let of = |row: &&serde_json::Value| {
            row["PK"].as_str().is_some_and(|key| key.ends_with(&format!("DUE#product_publication#{id}")))
        };
        rows.iter().find(of).map(|row| row["at"].as_str().unwrap().to_owned())
    };
    assert_eq!(due().await.as_deref(), Some(at));
    let later = "2026-11-21T10:00:00.000Z";
    world.publish(&id, json!({ "publishAt": later })).await;
    assert_eq!(due().await.as_deref(), Some(later));
    world.act(&id, "archive").await;
    assert_eq!(due().await, None);
    world.publish(&id, json!({ "publishAt": at })).await;
    let path = format!("/api/v1/products/{id}");
    let visit = async || world.client.get(&*path).tenant("toko-a").send().await;
    world.stack.set_clock("2026-11-21T08:59:59.999Z");
    assert_eq!(visit().await.status, 404);
    world.stack.set_clock(at);
    assert_eq!(visit().await.text("/data/status"), "active");
    let events = ["product.created", "product.updated", "product.updated", "product.archived", "product.updated"];
    assert_eq!(world.events().await, events);
}

#[tokio::test]
async fn nothing_is_on_sale_that_nobody_can_buy() {
    let world = World::open().await;
    let made = world.post("/api/v1/products", json!({ "title": "Bare" })).await;
    let id = made.text("/data/id");
    let refused = world.post(&format!("/api/v1/products/{id}/publish"), json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "PRODUCT_NOT_SELLABLE"));
    let sold = world.product("A").await;
    let variant = world.publish(&sold, json!({})).await.text("/data/variants/0/id");
    let last = world.call(Method::DELETE, &format!("/api/v1/products/{sold}/variants/{variant}"), json!({})).await;
    assert_eq!(last.text("/code"), "PRODUCT_NOT_SELLABLE");
}

/// Directive 98/6/EC, article 6a.
#[tokio::test]
async fn a_reduced_price_says_the_lowest_one_of_thirty_days_before() {
    let world = World::open().await;
    // One whose trial does not end meanwhile.
    let world = World { owner: world.stack.operator().await, ..world };
    let id = world.product("A").await;
    let variant = world.publish(&id, json!({})).await.text("/data/variants/0/id");
    let path = format!("/api/v1/products/{id}/variants/{variant}");
    let cost = async |day: &str, amount: i64| {
        world.stack.set_clock(&format!("{day}T01:00:00Z"));
        let body = json!({ "prices": [{ "amount": amount, "currency": "IDR" }] });
        let answer = world.call(Method::PATCH, &path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        answer.at("/data/variants/0/prices/0/priorPrice")
    };
    let idr = |amount: i64| json!({ "amount": amount, "currency": "IDR" });
    assert_eq!(cost("2026-11-25", 90_000).await, idr(120_000));
    assert_eq!(cost("2026-11-27", 150_000).await, json!(null), "it was raised");
    assert_eq!(cost("2026-12-10", 100_000).await, idr(90_000), "what it cost until the 27th");
    assert_eq!(cost("2027-01-20", 99_000).await, idr(100_000), "all others are over for more than 30 days");
    let history = format!("/api/v1/products/{id}/price-history");
    let changes = world.get(&history).await;
    let of = |place: usize, side: &str| changes.at(&format!("/data/{place}/changes/0/{side}"));
    assert_eq!(
        (changes.at("/data").as_array().map(Vec::len), of(0, "after")),
        (Some(4), idr(99_000)),
        "{}",
        changes.snapshot()
    );
    assert_eq!((of(3, "before"), of(3, "after")), (idr(120_000), idr(90_000)));
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(world.client.get(&*history).bearer(&stranger.token).send().await.status, 404);
    let customer = world.stack.sign_in(&world.customer).await;
    assert_eq!(world.client.get(&*history).bearer(&customer).send().await.status, 403);
}

#[tokio::test]
async fn what_a_draft_cost_is_no_history() {
    let world = World::open().await;
    let id = world.product("A").await;
    let variant = world.get(&format!("/api/v1/products/{id}")).await.text("/data/variants/0/id");
    let body = json!({ "prices": [{ "amount": 1, "currency": "IDR" }] });
    let changed = world.call(Method::PATCH, &format!("/api/v1/products/{id}/variants/{variant}"), body).await;
    assert_eq!(changed.at("/data/variants/0/prices/0/priorPrice"), json!(null));
    assert_eq!(world.get(&format!("/api/v1/products/{id}/price-history")).await.at("/data"), json!([]));
}

#[tokio::test]
async fn a_draft_goes_with_its_names_and_what_was_sold_stays() {
    let world = World::open().await;
    let (draft, sold) = (world.product("A").await, world.product("B").await);
    world.publish(&sold, json!({})).await;
    let delete = async |id: &str| world.call(Method::DELETE, &format!("/api/v1/products/{id}"), json!({})).await;
    assert_eq!(delete(&draft).await.at("/data"), json!({ "id": draft, "deleted": true }));
    assert_eq!(delete(&draft).await.status, 404);
    assert_eq!(world.post("/api/v1/products", shirt("A")).await.status, 201, "the names are free");
    assert_eq!(delete(&sold).await.at("/data"), json!({ "id": sold, "deleted": false }));
    assert_eq!(delete(&sold).await.at("/data/deleted"), json!(false));
    assert_eq!(world.listed("?status=archived").await, [sold]);
    assert_eq!(world.post("/api/v1/products", shirt("B")).await.text("/code"), "SKU_TAKEN", "orders may name it");
    let events = world.events().await;
    let count = |name: &str| events.iter().filter(|one| *one == name).count();
    assert_eq!((count("product.deleted"), count("product.archived")), (1, 1), "{events:?}");
}
