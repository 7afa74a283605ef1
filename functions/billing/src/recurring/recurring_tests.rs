//! Recurring invoices over the API: what they say, how they change, and who may.

use http::Method;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{World, code, idr, refused};

const PATH: &str = "/api/v1/recurring-invoices";

fn body(world: &World) -> Value {
    json!({
        "customerId": world.party,
        "currency": "IDR",
        "lines": [{ "name": "Retainer", "quantity": 2, "unitAmount": idr(500_000), "discount": idr(100_000) }],
        "interval": "month",
        "startDate": "2026-12-31",
        "covers": "coming"
    })
}

async fn create(world: &World, key: &str, body: Value) -> Answer {
    let token = world.fresh(&world.owner).await;
    world.client.post(PATH, body).bearer(&token).idempotency_key(key).send().await
}

async fn patch(world: &World, id: &str, body: Value) -> Answer {
    world.call(&world.owner, Method::PATCH, &format!("{PATH}/{id}"), body).await
}

#[tokio::test]
async fn one_is_created_once_shown_and_listed() {
    let world = World::open().await;
    let created = create(&world, "k1", body(&world)).await;
    assert_eq!(created.status, 201, "{}", created.snapshot());
    let (id, data) = (created.text("/data/id"), created.at("/data"));
    assert_eq!(
        (&data["nextDate"], &data["status"], &data["made"]),
        (&json!("2026-12-31"), &json!("active"), &json!(0))
    );
    assert_eq!((&data["makes"], &data["endDate"]), (&json!("invoices"), &json!(null)));
    let line = json!({
        "name": "Retainer", "quantity": 2, "unitAmount": idr(500_000), "amount": idr(1_000_000),
        "discount": idr(100_000), "taxation": "taxed"
    });
    assert_eq!(data["lines"], json!([line]));
    assert_eq!(create(&world, "k1", body(&world)).await.text("/data/id"), id);
    let one = world.call(&world.owner, Method::GET, &format!("{PATH}/{id}"), json!({})).await;
    assert_eq!(one.at("/data"), data);
    let listed = async |query: &str| {
        let page = world.call(&world.owner, Method::GET, &format!("{PATH}{query}"), json!({})).await;
        page.at("/data").as_array().unwrap().len()
    };
    assert_eq!(listed("").await, 1);
    assert_eq!(listed(&format!("?customerId={}", world.party.to_string().replace("customer:", ""))).await, 1);
    assert_eq!(listed("?customerId=cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X").await, 0);
    // They are the staff's.
    for (method, path) in [(Method::GET, PATH.to_owned()), (Method::GET, format!("{PATH}/{id}"))] {
        assert_eq!(world.call(&world.customer, method, &path, json!({})).await.status, 403);
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let world = World::open().await;
    let mut wrong = body(&world);
    wrong["startDate"] = json!("2026-11-20");
    wrong["endDate"] = json!("2026-11-19");
    wrong["termsDays"] = json!(366);
    wrong["lines"][0]["period"] = json!({ "start": "2026-12-01", "end": "2026-12-03" });
    wrong["lines"][0]["discount"] = idr(2_000_000);
    let answer = create(&world, "k1", wrong).await;
    let places: Vec<String> =
        answer.at("/errors").as_array().unwrap().iter().map(|one| one["pointer"].to_string()).collect();
    assert_eq!(places.len(), 5, "{}", answer.snapshot());
    let mut below = body(&world);
    below["lines"][0]["unitAmount"] = idr(-1);
    below["lines"][0].as_object_mut().unwrap().remove("discount");
    assert_eq!(code(&create(&world, "k2", below).await), refused(422, "INVOICE_BELOW_ZERO"));
    let mut unknown = body(&world);
    unknown["customerId"] = json!("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    assert_eq!(create(&world, "k3", unknown).await.status, 404);
}

#[tokio::test]
async fn one_is_changed_paused_and_resumed() {
    let world = World::open().await;
    world.convert().await;
    let id = create(&world, "k1", body(&world)).await.text("/data/id");
    let other = json!({ "lines": [{ "name": "More", "quantity": 1, "unitAmount": idr(7) }], "makes": "drafts",
        "memo": "Thank you", "termsDays": 7, "endDate": "2027-01-31" });
    let changed = patch(&world, &id, other).await;
    assert_eq!(changed.at("/data/lines/0/name"), json!("More"), "{}", changed.snapshot());
    assert_eq!((changed.at("/data/makes"), changed.at("/data/endDate")), (json!("drafts"), json!("2027-01-31")));
    let early = patch(&world, &id, json!({ "endDate": "2026-12-30" })).await;
    assert_eq!(code(&early), refused(422, "ENDS_BEFORE_NEXT"));
    let paused = patch(&world, &id, json!({ "status": "paused", "endDate": null })).await;
    assert_eq!((paused.at("/data/status"), paused.at("/data/nextDate")), (json!("paused"), json!(null)));
    world.stack.set_clock("2027-01-31T01:00:00Z");
    let resumed = patch(&world, &id, json!({ "status": "active" })).await;
    assert_eq!(resumed.at("/data/nextDate"), json!("2027-01-31"), "{}", resumed.snapshot());
    // One whose last day passed while it was paused is over.
    patch(&world, &id, json!({ "endDate": "2027-02-28" })).await;
    patch(&world, &id, json!({ "status": "paused" })).await;
    world.stack.set_clock("2027-03-01T01:00:00Z");
    let over = patch(&world, &id, json!({ "status": "active" })).await;
    assert_eq!(over.at("/data/status"), json!("over"));
    assert_eq!(code(&patch(&world, &id, json!({ "memo": null })).await), refused(409, "RECURRING_INVOICE_OVER"));
}

#[tokio::test]
async fn one_is_deleted_by_its_version() {
    let world = World::open().await;
    let id = create(&world, "k1", body(&world)).await.text("/data/id");
    let path = format!("{PATH}/{id}");
    let token = world.fresh(&world.owner).await;
    let stale = world.client.call(Method::DELETE, &path).bearer(&token).header("if-match", "\"7\"").send().await;
    assert_eq!(stale.status, 412, "{}", stale.snapshot());
    assert_eq!(world.call(&world.owner, Method::DELETE, &path, json!({})).await.status, 204);
    assert_eq!(world.call(&world.owner, Method::GET, &path, json!({})).await.status, 404);
    let due = world.stack.rows().await.into_iter().filter(|row| row["PK"].as_str().unwrap().contains("#DUE#recurring"));
    assert_eq!(due.count(), 0);
}
