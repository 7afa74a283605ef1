//! Money that may go back by itself is not carried away meanwhile.

use http::Method as Verb;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{World, notification_of};

/// What each payment of the scripted provider is over.
const SUM: i64 = 498_390;

fn asked(minor: i64) -> Value {
    json!({"amount": {"amount": minor, "currency": "IDR"},
        "bankAccount": {"bank": "BCA", "number": "0123456789", "holder": "Budi Santoso"}})
}

async fn post(world: &World, token: &str, (path, key): (&str, &str), body: Value) -> Answer {
    world.client.call(Verb::POST, path).bearer(token).idempotency_key(key).json(body).send().await
}

/// A deposit of the customer, of which the provider says this.
async fn deposited(world: &World, key: &str, status: &str) -> String {
    let body = json!({"amount": {"amount": SUM, "currency": "IDR"}, "method": "bca_va"});
    let answer = post(world, &world.customer.token, ("/api/v1/wallet/deposit", key), body).await;
    assert_eq!(answer.status, 201, "{}", answer.snapshot());
    let id = answer.text("/data/id");
    tell(world, &id, status).await;
    id
}

/// The provider says this of a payment.
async fn tell(world: &World, id: &str, status: &str) {
    world.midtrans.set(id, status);
    let answer = world.notify(&notification_of(id, status)).await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
}

/// Staff records a transfer, which is there for good.
async fn recorded(world: &World, minor: i64) {
    let customer = world.party.to_string();
    let body =
        json!({"amount": {"amount": minor, "currency": "IDR"}, "method": "bank_transfer", "customerId": customer});
    let answer = post(world, &world.owner.token, ("/api/v1/wallet/deposit", "recorded"), body).await;
    assert_eq!(answer.status, 201, "{}", answer.snapshot());
}

async fn withdraw(world: &World, key: &str, minor: i64) -> Answer {
    let fresh = world.fresh(&world.customer).await;
    post(world, &fresh, ("/api/v1/wallet/withdraw", key), asked(minor)).await
}

async fn send(world: &World, id: &str, key: &str) -> Answer {
    let fresh = world.fresh(&world.owner).await;
    post(world, &fresh, (&format!("/api/v1/wallet/withdrawals/{id}/send"), key), json!({})).await
}

fn said(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

fn refused() -> (u16, String) {
    (409, "MONEY_NOT_SETTLED".to_owned())
}

#[tokio::test]
async fn what_is_captured_is_withdrawn_once_it_is_settled() {
    let world = World::open().await;
    let payment = deposited(&world, "d1", "capture").await;
    for (key, minor) in [("k1", 1), ("k2", SUM)] {
        assert_eq!(said(&withdraw(&world, key, minor).await), refused());
    }
    assert_eq!(said(&withdraw(&world, "k3", SUM + 1).await).1, "BALANCE_TOO_LOW");
    tell(&world, &payment, "settlement").await;
    assert_eq!(withdraw(&world, "k2", SUM).await.status, 201, "the same request again");
}

#[tokio::test]
async fn what_else_is_on_the_balance_can_be_withdrawn() {
    let world = World::open().await;
    recorded(&world, 1_000).await;
    deposited(&world, "d1", "capture").await;
    assert_eq!(said(&withdraw(&world, "k1", 1_001).await), refused());
    let held = withdraw(&world, "k2", 1_000).await;
    assert_eq!(held.status, 201, "{}", held.snapshot());
    assert_eq!(send(&world, &held.text("/data/id"), "s1").await.status, 200);
}

#[tokio::test]
async fn what_is_disputed_meanwhile_is_not_sent() {
    let world = World::open().await;
    let payment = deposited(&world, "d1", "settlement").await;
    let held = withdraw(&world, "k1", SUM).await.text("/data/id");
    tell(&world, &payment, "chargeback").await;
    for _ in 0..2 {
        assert_eq!(said(&send(&world, &held, "s1").await), refused());
    }
    recorded(&world, SUM).await;
    assert_eq!(send(&world, &held, "s1").await.status, 200, "as much is there to take back");
}

#[tokio::test]
async fn a_dispute_holds_back_as_much_as_it_is_over() {
    let world = World::open().await;
    deposited(&world, "d1", "settlement").await;
    let payment = deposited(&world, "d2", "settlement").await;
    let held = withdraw(&world, "k1", SUM).await.text("/data/id");
    tell(&world, &payment, "chargeback").await;
    assert_eq!(send(&world, &held, "s1").await.status, 200, "what stays covers it");
    assert_eq!(said(&withdraw(&world, "k2", 1).await), refused());
}

#[tokio::test]
async fn a_dispute_of_long_ago_holds_nothing_back() {
    let world = World::open().await;
    let payment = deposited(&world, "d1", "settlement").await;
    tell(&world, &payment, "chargeback").await;
    world.stack.set_clock("2027-06-09T00:59:59Z");
    assert_eq!(said(&withdraw(&world, "k1", SUM).await), refused());
    world.stack.set_clock("2027-06-09T01:00:01Z");
    assert_eq!(withdraw(&world, "k1", SUM).await.status, 201);
}

#[tokio::test]
async fn nothing_is_paid_back_by_hand_of_what_the_provider_may_take_back() {
    let world = World::open().await;
    let payment = deposited(&world, "d1", "capture").await;
    let path = format!("/api/v1/payments/{payment}/refund");
    let by_hand = json!({"reason": "Transferred back", "by": "hand", "amount": {"amount": 1_000, "currency": "IDR"}});
    let refusal = post(&world, &world.owner.token, (&path, "h1"), by_hand.clone()).await;
    assert_eq!(said(&refusal), refused());
    tell(&world, &payment, "settlement").await;
    let back = post(&world, &world.owner.token, (&path, "h1"), by_hand).await;
    assert_eq!(back.status, 201, "{}", back.snapshot());
}
