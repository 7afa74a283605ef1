//! What staff does about money that a card's bank holds, and about what a fraud check holds; once, and nobody else.

use billing::InvoiceStatus;
use http::Method as Verb;
use identity::Role;
use serde_json::{Value, json};
use testkit::{Answer, Client, Fault};

use crate::world::{World, notification_of, sign};

fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

async fn pay(world: &World, change: &Value) -> Answer {
    let mut body = json!({"invoiceId": world.invoice, "method": "card", "cardToken": "tok-1", "capture": "manual"});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    let call = world.client.call(Verb::POST, "/api/v1/payments").bearer(&world.customer.token);
    call.idempotency_key("k1").json(body).send().await
}

/// The customer's bank holds the money.
async fn held(world: &World) -> String {
    let begun = pay(world, &json!({})).await;
    assert_eq!((begun.status.as_u16(), begun.text("/data/status").as_str()), (201, "pending"));
    let id = begun.text("/data/id");
    world.midtrans.set(&id, "authorize");
    assert_eq!(world.notify(&notification_of(&id, "authorize")).await.text("/data/outcome"), "applied");
    id
}

async fn capture_at(client: &Client, world: &World, id: &str, body: Value) -> Answer {
    client.post(format!("/api/v1/payments/{id}/capture"), body).bearer(&world.owner.token).send().await
}

async fn capture(world: &World, id: &str, body: Value) -> Answer {
    capture_at(&world.client, world, id, body).await
}

async fn post(world: &World, id: &str, what: &str, token: &str) -> Answer {
    world.client.call(Verb::POST, format!("/api/v1/payments/{id}/{what}")).bearer(token).send().await
}

fn rupiah(amount: i64) -> Value {
    json!({"amount": {"amount": amount, "currency": "IDR"}})
}

#[tokio::test]
async fn money_that_is_held_is_not_there_until_it_is_captured() {
    let world = World::open().await;
    let id = held(&world).await;
    let shown = world.client.get(format!("/api/v1/payments/{id}")).bearer(&world.customer.token).send().await;
    assert_eq!((shown.text("/data/status"), shown.at("/data/nextAction")), ("pending".to_owned(), Value::Null));
    assert_eq!(shown.text("/data/authorizedAt"), "2026-11-21T01:00:00.000Z");
    assert_eq!(shown.at("/data/authorizedAmount/amount"), json!(498_390));
    assert_eq!(world.balances().await, Vec::<String>::new());
    let captured = capture(&world, &id, json!({})).await;
    assert_eq!((captured.status.as_u16(), captured.text("/data/status").as_str()), (200, "success"));
    world.assert_settled_once().await;
    // Again, and told by Midtrans as well.
    assert_eq!(capture(&world, &id, json!({})).await.text("/data/status"), "success");
    assert_eq!(world.notify(&notification_of(&id, "capture")).await.text("/data/outcome"), "ignored");
    world.assert_settled_once().await;
    assert_eq!(world.midtrans.captured(&id), Some(498_390));
}

#[tokio::test]
async fn of_a_part_that_is_captured_the_rest_stays_due() {
    let world = World::open().await;
    let id = held(&world).await;
    let captured = capture(&world, &id, rupiah(400_000)).await;
    assert_eq!(
        (captured.text("/data/status"), captured.at("/data/amount/amount")),
        ("success".to_owned(), json!(400_000))
    );
    assert_eq!(captured.at("/data/authorizedAmount/amount"), json!(498_390));
    let expected = [format!("receivable:{}=-400000", world.party), "clearing:midtrans=400000".to_owned()];
    assert_eq!((world.balances().await, world.invoice_status().await), (expected.to_vec(), InvoiceStatus::Open));
    let mut word = notification_of(&id, "settlement");
    word["gross_amount"] = json!("400000.00");
    world.midtrans.set(&id, "settlement");
    assert_eq!(world.notify(&sign(word)).await.text("/data/outcome"), "applied", "it settles");
    assert_eq!(world.balances().await, expected);
}

#[tokio::test]
async fn only_what_is_held_is_captured() {
    let world = World::open().await;
    let id = held(&world).await;
    for amount in [0, -1, 498_391, i64::MAX] {
        let answer = capture(&world, &id, rupiah(amount)).await;
        assert_eq!(outcome(&answer), (422, "CAPTURE_TOO_LARGE".to_owned()), "{amount}");
    }
    let dollars = capture(&world, &id, json!({"amount": {"amount": 1, "currency": "USD"}})).await;
    assert_eq!(outcome(&dollars), (422, "CAPTURE_TOO_LARGE".to_owned()));
    assert_eq!(world.midtrans.captured(&id), None);
    let transfer = world.pay("k2").await.text("/data/id");
    assert_eq!(outcome(&capture(&world, &transfer, json!({})).await), (409, "NOTHING_HELD".to_owned()));
    let other = pay(&World::open().await, &json!({"method": "bca_va"})).await;
    assert_eq!(outcome(&other), (422, "CAPTURE_NOT_SUPPORTED".to_owned()));
}

#[tokio::test]
async fn staff_releases_what_is_held_and_then_nothing_is_captured() {
    let world = World::open().await;
    let id = held(&world).await;
    assert_eq!(outcome(&post(&world, &id, "cancel", &world.customer.token).await), (403, "FORBIDDEN".to_owned()));
    assert_eq!(world.midtrans.cancels(), 0);
    let released = post(&world, &id, "cancel", &world.owner.token).await;
    assert_eq!((released.status.as_u16(), released.text("/data/status").as_str()), (200, "cancelled"));
    assert_eq!(capture(&world, &id, json!({})).await.text("/data/status"), "cancelled");
    assert_eq!((world.midtrans.captured(&id), world.balances().await), (None, Vec::new()));
}

#[tokio::test]
async fn a_bank_that_waits_no_longer_is_found_by_the_capture() {
    let world = World::open().await;
    let id = held(&world).await;
    world.midtrans.set(&id, "expire");
    let answer = capture(&world, &id, json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (200, "expired"));
}

#[tokio::test]
async fn an_answer_that_was_lost_captures_once() {
    let world = World::open().await;
    let id = held(&world).await;
    world.midtrans.lose_answers(1);
    assert_eq!(outcome(&capture(&world, &id, rupiah(100_000)).await), (503, "PROVIDER_UNAVAILABLE".to_owned()));
    // Whatever is asked now: the first was carried out.
    let again = capture(&world, &id, rupiah(200_000)).await;
    assert_eq!((again.text("/data/status"), again.at("/data/amount/amount")), ("success".to_owned(), json!(100_000)));
    assert!(world.balances().await.contains(&"clearing:midtrans=100000".to_owned()));
}

#[tokio::test]
async fn two_captures_at_once_take_the_money_once() {
    let world = World::open().await;
    let id = held(&world).await;
    let both = tokio::join!(capture(&world, &id, rupiah(100_000)), capture(&world, &id, rupiah(200_000)));
    let amounts = (both.0.at("/data/amount/amount"), both.1.at("/data/amount/amount"));
    assert_eq!((both.0.status.as_u16(), both.1.status.as_u16(), &amounts.0), (200, 200, &amounts.1));
    assert!(world.balances().await.contains(&format!("clearing:midtrans={}", amounts.0)));
    assert_eq!(world.events("payment.succeeded").await, 1);
}

#[tokio::test]
async fn a_death_anywhere_in_a_capture_ends_in_one_booking() {
    let calls = {
        let world = World::open().await;
        let id = held(&world).await;
        let (ctx, table) = world.stack.breaking(None);
        capture_at(&Client::new(crate::function(ctx)), &world, &id, json!({})).await;
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let id = held(&world).await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        capture_at(&Client::new(crate::function(ctx)), &world, &id, json!({})).await;
        assert_eq!(capture(&world, &id, json!({})).await.text("/data/status"), "success", "{fault:?}");
        world.assert_settled_once().await;
    }
}

#[tokio::test]
async fn stripe_holds_and_captures_too() {
    let world = World::with_stripe().await;
    let begun = pay(&world, &json!({"provider": "stripe", "cardToken": "pm_card_visa"})).await;
    assert_eq!((begun.text("/data/status"), begun.at("/data/nextAction")), ("pending".to_owned(), Value::Null));
    assert_eq!(begun.at("/data/authorizedAmount/amount"), json!(498_390));
    let id = begun.text("/data/id");
    let captured = capture(&world, &id, rupiah(400_000)).await;
    assert_eq!(
        (captured.text("/data/status"), captured.at("/data/amount/amount")),
        ("success".to_owned(), json!(400_000))
    );
    let told = world.stripe_tells("evt_1", "payment_intent.succeeded", &world.stripe.intent(&id)).await;
    assert_eq!(told.text("/data/outcome"), "ignored");
    assert!(world.balances().await.contains(&"clearing:stripe=400000".to_owned()));
}

/// A payment that the fraud check holds.
async fn challenged(world: &World) -> String {
    let id = pay(world, &json!({"capture": "automatic"})).await.text("/data/id");
    world.midtrans.set(&id, "challenge");
    let mut word = notification_of(&id, "challenge");
    word["status_code"] = json!("201");
    assert_eq!(world.notify(&sign(word)).await.text("/data/outcome"), "applied");
    assert_eq!(world.status_of(&id).await, "challenge");
    id
}

#[tokio::test]
async fn a_challenge_that_is_approved_brings_its_money_once() {
    let world = World::open().await;
    let id = challenged(&world).await;
    for _ in 0..2 {
        let answer = post(&world, &id, "approve", &world.owner.token).await;
        assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (200, "success"));
        world.assert_settled_once().await;
    }
    assert_eq!(post(&world, &id, "deny", &world.owner.token).await.text("/data/status"), "success");
}

#[tokio::test]
async fn a_challenge_that_is_denied_or_left_alone_brings_nothing() {
    let world = World::open().await;
    let id = challenged(&world).await;
    let answer = post(&world, &id, "deny", &world.owner.token).await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (200, "failed"));
    // Midtrans calls one off that nobody decided about.
    let other = World::open().await;
    let id = challenged(&other).await;
    other.midtrans.set(&id, "cancel");
    assert_eq!(other.notify(&notification_of(&id, "cancel")).await.text("/data/outcome"), "applied");
    assert_eq!(other.status_of(&id).await, "cancelled");
    assert_eq!((world.balances().await, other.balances().await), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn staff_alone_decides_and_only_about_what_is_held() {
    let world = World::open().await;
    let id = challenged(&world).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let other = world.stack.user(world.scope(), "siti@example.com", Role::User).await;
    for what in ["approve", "deny"] {
        assert_eq!(post(&world, &id, what, &world.customer.token).await.status, 403, "{what}");
        assert_eq!(post(&world, &id, what, &stranger.token).await.status, 404, "{what}");
        let call = world.client.call(Verb::POST, format!("/api/v1/payments/{id}/{what}"));
        assert_eq!(call.send().await.text("/code"), "UNAUTHENTICATED");
    }
    let call =
        |token: &str| world.client.post(format!("/api/v1/payments/{id}/capture"), json!({})).bearer(token).send();
    assert_eq!(call(&world.customer.token).await.status, 403);
    assert_eq!(call(&other.token).await.status, 404);
    assert_eq!(call(&stranger.token).await.status, 404);
    let transfer = world.pay("k2").await.text("/data/id");
    assert_eq!(
        outcome(&post(&world, &transfer, "approve", &world.owner.token).await),
        (409, "PAYMENT_STATE_LOCKED".to_owned())
    );
    assert_eq!(world.status_of(&id).await, "challenge");
}
