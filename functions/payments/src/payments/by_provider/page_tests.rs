//! Paying an invoice on Midtrans' own page, and by DANA, which is only paid there.

use http::Method as Verb;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{World, notification_of, sign};

async fn pay(world: &World, method: &str, key: &str) -> Answer {
    let body = json!({"invoiceId": world.invoice, "method": method, "returnUrl": "https://toko.example/paid"});
    let call = world.client.call(Verb::POST, "/api/v1/payments").bearer(&world.customer.token);
    call.idempotency_key(key).json(body).send().await
}

async fn post(world: &World, id: &str, what: &str) -> Answer {
    let path = format!("/api/v1/payments/{id}/{what}");
    world.client.call(Verb::POST, path).bearer(&world.customer.token).send().await
}

/// What Midtrans sends of a payment by DANA: our name of it, and the transaction.
fn of_dana(order: &str, transaction: &str, status: &str) -> Value {
    let mut word = notification_of(order, status);
    word["transaction_id"] = json!(transaction);
    word["payment_type"] = json!("dana");
    sign(word)
}

#[tokio::test]
async fn the_payer_is_sent_to_the_page_and_nothing_is_known_until_they_choose() {
    for method in ["midtrans_page", "dana"] {
        let world = World::open().await;
        let answer = pay(&world, method, "k1").await;
        assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (201, "pending"), "{method}");
        let page = json!({"type": "redirect", "url": "https://app.sandbox.midtrans.com/snap/v4/redirection/page-1"});
        assert_eq!(answer.at("/data/nextAction"), page);
        assert_eq!(answer.text("/data/expiresAt"), "2026-11-22T01:00:00.000Z");
        assert!(answer.at("/data/reference").is_null(), "there is no transaction");
        assert_eq!((pay(&world, method, "k1").await.body, world.midtrans.pages()), (answer.body.clone(), 1));
        let synced = post(&world, &answer.text("/data/id"), "sync").await;
        assert_eq!((synced.status.as_u16(), synced.at("/data/nextAction")), (200, page), "not found is no failure");
    }
}

#[tokio::test]
async fn what_the_payer_chooses_is_shown_and_paid() {
    let world = World::open().await;
    let id = pay(&world, "midtrans_page", "k1").await.text("/data/id");
    world.midtrans.set(&id, "pending");
    assert_eq!(world.notify(&notification_of(&id, "pending")).await.text("/data/outcome"), "applied");
    let chosen = post(&world, &id, "sync").await;
    assert_eq!((chosen.text("/data/chosenWay"), chosen.text("/data/reference")), ("bca_va".into(), format!("tx-{id}")));
    assert_eq!(chosen.text("/data/nextAction/vaNumber"), "812785002530231");
    world.midtrans.set(&id, "settlement");
    assert_eq!(world.notify(&notification_of(&id, "settlement")).await.text("/data/outcome"), "applied");
    world.assert_settled_once().await;
}

#[tokio::test]
async fn a_card_that_is_denied_on_the_page_may_be_followed_by_one_that_pays() {
    let world = World::open().await;
    let id = pay(&world, "midtrans_page", "k1").await.text("/data/id");
    // A denial says that the fraud check accepted it.
    world.midtrans.set(&id, "deny");
    assert_eq!(world.notify(&notification_of(&id, "deny")).await.text("/data/outcome"), "applied");
    assert_eq!(world.status_of(&id).await, "failed");
    world.midtrans.add_transaction("second", &id);
    let mut second = notification_of(&id, "settlement");
    second["transaction_id"] = json!("second");
    assert_eq!(world.notify(&sign(second)).await.text("/data/outcome"), "applied");
    world.assert_settled_once().await;
}

#[tokio::test]
async fn a_payment_that_is_called_off_closes_its_page() {
    let world = World::open().await;
    let id = pay(&world, "midtrans_page", "k1").await.text("/data/id");
    world.midtrans.page_is_in_use(true);
    let refused = post(&world, &id, "cancel").await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "PAYMENT_STATE_LOCKED"));
    assert_eq!(world.status_of(&id).await, "pending");
    world.midtrans.page_is_in_use(false);
    assert_eq!(post(&world, &id, "cancel").await.text("/data/status"), "cancelled");
    assert_eq!(world.midtrans.closed_pages(), ["page-1"]);
    assert_eq!(post(&world, &id, "cancel").await.text("/data/status"), "cancelled");
    assert_eq!(world.events("payment.cancelled").await, 1);
}

#[tokio::test]
async fn dana_is_known_by_its_transaction_which_says_nothing_of_the_payment() {
    let world = World::open().await;
    let id = pay(&world, "dana", "k1").await.text("/data/id");
    let transaction = format!("tx-{id}");
    world.midtrans.set_dana(&id, "pending");
    // By our name Midtrans does not know it.
    assert_eq!(post(&world, &id, "sync").await.text("/data/status"), "pending");
    let pending = of_dana(&id, &transaction, "pending");
    assert_eq!(world.notify(&pending).await.text("/data/outcome"), "applied");
    let shown = post(&world, &id, "sync").await;
    assert_eq!((shown.text("/data/status"), shown.text("/data/reference")), ("pending".into(), transaction.clone()));
    world.midtrans.set_dana(&id, "settlement");
    assert_eq!(post(&world, &id, "sync").await.text("/data/status"), "success");
    world.assert_settled_once().await;
    assert_eq!(world.notify(&of_dana(&id, &transaction, "settlement")).await.text("/data/outcome"), "ignored");
}

#[tokio::test]
async fn a_transaction_of_dana_pays_one_payment_whatever_is_signed() {
    let world = World::open().await;
    let first = pay(&world, "dana", "k1").await.text("/data/id");
    let second = pay(&world, "dana", "k2").await.text("/data/id");
    let transaction = format!("tx-{first}");
    world.midtrans.set_dana(&first, "settlement");
    let words = [of_dana(&first, &transaction, "settlement"), of_dana(&first, &transaction, "settlement")];
    let both = tokio::join!(world.notify(&words[0]), world.notify(&words[1]));
    let outcomes = [both.0.text("/data/outcome"), both.1.text("/data/outcome")];
    assert!(outcomes.contains(&"applied".to_owned()) && outcomes.contains(&"ignored".to_owned()), "{outcomes:?}");
    // The signature covers neither the status nor the transaction: this one is signed as well.
    let stolen = world.notify(&of_dana(&second, &transaction, "settlement")).await;
    assert_eq!((stolen.status.as_u16(), stolen.text("/data/outcome").as_str()), (200, "set_aside"));
    assert_eq!(world.status_of(&second).await, "pending");
    world.assert_settled_once().await;
}
