//! What people decide about word that was set aside: once, by what holds now, and by those who may.

use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{World, notification_of, sign};

async fn reviews(world: &World, status: &str) -> Vec<Value> {
    let path = format!("/api/v1/payment-reviews?status={status}");
    let list = world.client.get(path).bearer(&world.owner.token).send().await;
    assert_eq!(list.status, 200, "{}", list.snapshot());
    list.at("/data").as_array().unwrap().clone()
}

async fn decide(world: &World, review: &str, decision: &str) -> Answer {
    let body = json!({"decision": decision, "reason": "Paid twice"});
    let path = format!("/api/v1/payment-reviews/{review}/decide");
    world.client.post(path, body).bearer(&world.owner.token).send().await
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

fn on_balance(balances: &[String]) -> i64 {
    let row = balances.iter().find(|row| row.starts_with("customer_balance:"));
    row.and_then(|row| row.rsplit('=').next()?.parse::<i64>().ok()).map_or(0, |amount| -amount)
}

/// The payment is paid, and so is a second transaction of the same order.
async fn paid_by_two_transactions() -> (World, String) {
    let world = World::open().await;
    let id = world.pay("k1").await.text("/data/id");
    world.midtrans.set(&id, "settlement");
    assert_eq!(world.notify(&notification_of(&id, "settlement")).await.text("/data/outcome"), "applied");
    world.midtrans.add_transaction("second", &id);
    let mut second = notification_of(&id, "settlement");
    second["transaction_id"] = json!("second");
    assert_eq!(world.notify(&sign(second)).await.text("/data/outcome"), "set_aside");
    let open = reviews(&world, "open").await;
    assert_eq!((open.len(), &open[0]["reason"]), (1, &json!("second_transaction")));
    assert_eq!((&open[0]["paymentId"], &open[0]["transactionId"]), (&json!(id), &json!("second")));
    let review = open[0]["id"].as_str().unwrap().to_owned();
    (world, review)
}

#[tokio::test]
async fn money_of_a_second_transaction_is_kept_on_the_balance_once() {
    let (world, review) = paid_by_two_transactions().await;
    let answer = decide(&world, &review, "accept").await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    let kept = answer.text("/data/keptPaymentId");
    assert_eq!((world.status_of(&kept).await.as_str(), on_balance(&world.balances().await)), ("success", 498_390));
    assert_eq!(refused(&decide(&world, &review, "refund").await), (409, "REVIEW_DECIDED".to_owned()));
    assert_eq!((reviews(&world, "open").await.len(), reviews(&world, "decided").await.len()), (0, 1));
    let path = format!("/api/v1/payment-reviews/{review}");
    let read = world.client.get(path).bearer(&world.owner.token).send().await;
    assert_eq!(
        (read.text("/data/decision/decision"), read.text("/data/decision/reason")),
        ("accept".into(), "Paid twice".into())
    );
    // The same word again waits for nobody.
    let mut second = notification_of(&answer.text("/data/paymentId"), "settlement");
    second["transaction_id"] = json!("second");
    world.notify(&sign(second)).await;
    assert_eq!(reviews(&world, "open").await.len(), 0);
}

#[tokio::test]
async fn money_of_a_second_transaction_goes_back() {
    let (world, review) = paid_by_two_transactions().await;
    let answer = decide(&world, &review, "refund").await;
    let kept = answer.text("/data/keptPaymentId");
    assert_eq!(on_balance(&world.balances().await), 0);
    let path = format!("/api/v1/payments/{kept}/refunds");
    let refunds = world.client.get(path).bearer(&world.owner.token).send().await;
    assert_eq!(
        (refunds.text("/data/0/status"), refunds.text("/data/0/reason")),
        ("pending".into(), "Paid twice".into())
    );
    let rows = world.stack.rows().await;
    assert!(rows.iter().any(|row| row["PK"].to_string().contains(&format!("DUE#open_refund#{kept}"))));
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_does() {
    let (world, review) = paid_by_two_transactions().await;
    let both = tokio::join!(decide(&world, &review, "accept"), decide(&world, &review, "ignore"));
    let mut answers = [both.0.status.as_u16(), both.1.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
    assert_eq!(reviews(&world, "decided").await.len(), 1);
}

#[tokio::test]
async fn what_the_provider_does_not_say_any_more_books_nothing() {
    let (world, review) = paid_by_two_transactions().await;
    world.midtrans.set("second", "cancel");
    assert_eq!(refused(&decide(&world, &review, "accept").await), (409, "REVIEW_OUTDATED".to_owned()));
    world.midtrans.refuse_with(503);
    assert_eq!(refused(&decide(&world, &review, "accept").await), (503, "PROVIDER_UNAVAILABLE".to_owned()));
    assert_eq!(on_balance(&world.balances().await), 0);
    assert_eq!(decide(&world, &review, "ignore").await.status, 200);
}

#[tokio::test]
async fn money_that_went_back_is_accepted_when_a_balance_has_it() {
    let world = World::open().await;
    let (id, other) = (world.pay("k1").await.text("/data/id"), world.pay("k2").await.text("/data/id"));
    world.midtrans.set(&id, "settlement");
    world.notify(&notification_of(&id, "settlement")).await;
    world.midtrans.refund_in_dashboard(&id, 498_390);
    assert_eq!(world.notify(&notification_of(&id, "refund")).await.text("/data/outcome"), "set_aside");
    let review = reviews(&world, "open").await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(refused(&decide(&world, &review, "accept").await), (409, "BALANCE_TOO_LOW".to_owned()));
    assert_eq!(refused(&decide(&world, &review, "refund").await), (409, "DECISION_NOT_POSSIBLE".to_owned()));
    // Money gets onto the balance, here by a payment that nothing waits for.
    world.midtrans.set(&other, "settlement");
    world.notify(&notification_of(&other, "settlement")).await;
    assert_eq!(decide(&world, &review, "accept").await.status, 200);
    assert_eq!((world.status_of(&id).await.as_str(), on_balance(&world.balances().await)), ("refunded", 0));
}

#[tokio::test]
async fn word_of_an_order_that_is_none_can_only_be_ignored() {
    let world = World::open().await;
    world.notify(&notification_of("payment_notif_test", "settlement")).await;
    let review = reviews(&world, "open").await[0]["id"].as_str().unwrap().to_owned();
    for decision in ["accept", "refund"] {
        assert_eq!(refused(&decide(&world, &review, decision).await), (409, "DECISION_NOT_POSSIBLE".to_owned()));
    }
    assert_eq!(decide(&world, &review, "ignore").await.status, 200);
}

#[tokio::test]
async fn customers_and_strangers_see_and_decide_nothing() {
    let (world, review) = paid_by_two_transactions().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let body = || json!({"decision": "ignore", "reason": "mine"});
    let path = format!("/api/v1/payment-reviews/{review}");
    for (token, expected) in [(&world.customer.token, 403), (&stranger.token, 404)] {
        assert_eq!(world.client.get(&path).bearer(token).send().await.status.as_u16(), expected);
        let decided = world.client.post(format!("{path}/decide"), body()).bearer(token).send().await;
        assert_eq!(decided.status.as_u16(), expected);
    }
    let list = world.client.get("/api/v1/payment-reviews").bearer(&stranger.token).send().await;
    assert_eq!(list.at("/data"), json!([]));
    assert_eq!(world.client.get("/api/v1/payment-reviews").bearer(&world.customer.token).send().await.status, 403);
    assert_eq!(world.client.get("/api/v1/payment-reviews/x").bearer(&world.owner.token).send().await.status, 404);
    assert_eq!(reviews(&world, "open").await.len(), 1);
}
