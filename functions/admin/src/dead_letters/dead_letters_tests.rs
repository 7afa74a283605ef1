//! Dead letters over HTTP: who sees them, what of them, and what becomes of them.

use http::Method;
use serde_json::{Value, json};
use testkit::{Answer, Member};

use crate::world::{World, code};

const PATH: &str = "/api/v1/admin/dead-letters";
const TENANT: &str = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

fn no(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn due(id: &str) -> String {
    json!({ "tenantId": TENANT, "kind": "invoice_dunning", "id": id, "at": "2026-11-21T00:00:00.000Z",
            "of": "budi@example.com" })
    .to_string()
}

async fn open() -> (World, Member) {
    let world = World::open().await;
    let operator = world.stack.operator().await;
    let office = &world.stack.dead_letters;
    office.open("documents");
    office.put("billing-work", "m-1", &due("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X"), Some("shop-billing-work"));
    office.put("billing-work", "m-2", &due("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y"), Some("shop-billing-work"));
    office.put("relay", "m-3", r#"{"requestContext":{"condition":"RetryAttemptsExhausted"}}"#, None);
    (world, operator)
}

async fn send(world: &World, who: &Member, (method, path): (Method, &str), body: Value) -> Answer {
    world.client.call(method, format!("{PATH}{path}")).json(body).bearer(&who.token).send().await
}

#[tokio::test]
async fn the_operator_sees_how_many_there_are_and_of_what() {
    let (world, operator) = open().await;
    let all = world.get(&operator, PATH).await;
    assert_eq!((all.status.as_u16(), all.at("/data/letters")), (200, json!(3)), "{}", all.snapshot());
    assert_eq!(all.at("/data/queues/0/queue"), json!("billing-work"));
    assert_eq!(all.at("/data/queues/2"), json!({ "queue": "documents", "letters": 0, "taken": 0, "lastMove": null }));
    let one = world.get(&operator, &format!("{PATH}/billing-work")).await;
    assert_eq!((one.status.as_u16(), one.at("/data/letters")), (200, json!(2)), "{}", one.snapshot());
    assert_eq!(one.at("/data/oldestSentAt"), json!("2026-11-21T00:00:00.000Z"));
    let letter = one.at("/data/shown/0");
    assert_eq!(
        json!([letter["id"], letter["type"], letter["about"], letter["tenantId"], letter["redrivable"]]),
        json!(["m-1", "due_work", "invoice_dunning", TENANT, true])
    );
    assert!(!String::from_utf8_lossy(&one.body).contains("budi"), "what it says of people is not shown");
    // Nothing stays hidden by looking.
    assert_eq!(world.stack.dead_letters.left("billing-work"), [("m-1".to_owned(), false), ("m-2".to_owned(), false)]);
    let relay = world.get(&operator, &format!("{PATH}/relay")).await;
    assert_eq!(relay.at("/data/shown/0/error"), json!("RetryAttemptsExhausted"));
    for nothing in ["nonesuch", "x y", "UPPER"] {
        let path = format!("{PATH}/{}", nothing.replace(' ', "%20"));
        assert_eq!(code(&world.get(&operator, &path).await), no(404, "NOT_FOUND"), "{nothing}");
    }
}

#[tokio::test]
async fn no_tenant_and_no_key_sees_or_moves_any() {
    let (world, operator) = open().await;
    let key = world.stack.api_key(&operator, &["*"]).await;
    for token in [&world.owner.token, &world.manager.token, &world.customer.token, &key] {
        for path in [PATH.to_owned(), format!("{PATH}/billing-work")] {
            let answer = world.client.get(path).bearer(token).send().await;
            assert_eq!(code(&answer), no(403, "FORBIDDEN"));
        }
        let redrive = world.client.post(format!("{PATH}/billing-work/redrive"), json!({})).bearer(token).send().await;
        assert_eq!(code(&redrive), no(403, "FORBIDDEN"));
    }
    assert_eq!(world.stack.dead_letters.left("billing-work").len(), 2);
}

#[tokio::test]
async fn named_letters_go_back_where_they_came_from() {
    let (world, operator) = open().await;
    let redrive = (Method::POST, "/billing-work/redrive");
    let answer = send(&world, &operator, redrive.clone(), json!({ "ids": ["m-2", "m-9"] })).await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    assert_eq!((answer.at("/data/redriven"), answer.at("/data/notFound")), (json!(["m-2"]), json!(["m-9"])));
    let sent = world.stack.dead_letters.sent_again();
    assert_eq!(sent, [("shop-billing-work".to_owned(), due("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y"))]);
    assert_eq!(world.stack.dead_letters.left("billing-work"), [("m-1".to_owned(), false)]);
    // Again it is not there.
    let again = send(&world, &operator, redrive.clone(), json!({ "ids": ["m-2"] })).await;
    assert_eq!(again.at("/data/notFound"), json!(["m-2"]));
    assert_eq!(world.stack.dead_letters.sent_again().len(), 1);
    let entries = world.trail("dead_letters.redriven").await;
    assert_eq!((entries.len(), entries[0]["target"].clone()), (2, json!("billing-work")));
    assert!(entries.iter().any(|entry| entry["details"] == json!({ "letters": "m-2 m-9" })));
    let none = send(&world, &operator, redrive, json!({ "ids": [] })).await;
    assert_eq!(code(&none), no(422, "VALIDATION_FAILED"));
}

#[tokio::test]
async fn all_letters_are_moved_unless_they_are_or_cannot_be() {
    let (world, operator) = open().await;
    let stream = send(&world, &operator, (Method::POST, "/relay/redrive"), json!({})).await;
    assert_eq!(code(&stream), no(409, "NOT_REDRIVABLE"));
    let one = send(&world, &operator, (Method::POST, "/relay/redrive"), json!({ "ids": ["m-3"] })).await;
    assert_eq!(code(&one), no(409, "NOT_REDRIVABLE"));
    assert_eq!(world.stack.dead_letters.left("relay"), [("m-3".to_owned(), false)], "it is not held");
    let all = send(&world, &operator, (Method::POST, "/billing-work/redrive"), json!({})).await;
    assert_eq!((all.status.as_u16(), all.at("/data/letters")), (200, json!(0)), "{}", all.snapshot());
    assert_eq!(world.stack.dead_letters.sent_again().len(), 2);
    world.stack.dead_letters.moving("billing-work", world.stack.ctx().now());
    let busy = send(&world, &operator, (Method::POST, "/billing-work/redrive"), json!({})).await;
    assert_eq!(code(&busy), no(409, "REDRIVE_RUNNING"));
    let seen = world.get(&operator, &format!("{PATH}/billing-work")).await;
    assert_eq!(seen.at("/data/lastMove/status"), json!("RUNNING"));
}

#[tokio::test]
async fn one_is_taken_away_with_a_reason_that_the_trail_keeps() {
    let (world, operator) = open().await;
    let delete = (Method::DELETE, "/billing-work/m-1");
    let silent = send(&world, &operator, delete.clone(), json!({})).await;
    assert_eq!(silent.status, 422, "{}", silent.snapshot());
    let body = json!({ "reason": "The tenant is gone" });
    let answer = send(&world, &operator, delete.clone(), body.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.at("/data/letter/id")), (200, json!("m-1")), "{}", answer.snapshot());
    assert_eq!(world.stack.dead_letters.left("billing-work"), [("m-2".to_owned(), false)]);
    assert_eq!(code(&send(&world, &operator, delete, body.clone()).await), no(404, "NOT_FOUND"));
    let entries = world.trail("dead_letter.deleted").await;
    assert_eq!((entries.len(), entries[0]["details"]["reason"].clone()), (1, json!("The tenant is gone")));
    assert_eq!(entries[0]["details"]["tenant"], json!(TENANT));
    let token = world.stack.sign_in(&operator).await;
    world.stack.set_clock("2026-11-21T01:10:01Z");
    let call = world.client.call(Method::DELETE, format!("{PATH}/billing-work/m-2")).json(body).bearer(&token);
    assert_eq!(code(&call.send().await), no(403, "STEP_UP_REQUIRED"));
}
