//! Refunds: what goes back, from where, how often, and what becomes of it when somebody refuses or dies.

use http::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, Fault};

use crate::world::{World, notification_of, sign};

/// Two payments of one invoice came in: the second one's money is on the balance.
async fn paid_twice() -> (World, String) {
    let world = World::open().await;
    let (first, second) = (world.pay("k1").await.text("/data/id"), world.pay("k2").await.text("/data/id"));
    for id in [&first, &second] {
        world.midtrans.set(id, "settlement");
        assert_eq!(world.notify(&notification_of(id, "settlement")).await.text("/data/outcome"), "applied");
    }
    (world, second)
}

async fn refund_at(world: &World, client: &Client, payment: &str, (key, amount): (&str, Option<i64>)) -> Answer {
    let mut body = json!({"reason": "Paid twice"});
    if let Some(amount) = amount {
        body["amount"] = json!({"amount": amount, "currency": "IDR"});
    }
    let path = format!("/api/v1/payments/{payment}/refund");
    client.post(path, body).bearer(&world.owner.token).idempotency_key(key).send().await
}

async fn refund(world: &World, payment: &str, key: &str, amount: Option<i64>) -> Answer {
    refund_at(world, &world.client, payment, (key, amount)).await
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

async fn listed(world: &World, payment: &str, token: &str) -> Vec<Value> {
    let list = world.client.get(format!("/api/v1/payments/{payment}/refunds")).bearer(token).send().await;
    list.at("/data").as_array().unwrap().clone()
}

fn on_balance(balances: &[String]) -> i64 {
    let row = balances.iter().find(|row| row.starts_with("customer_balance:"));
    row.and_then(|row| row.rsplit('=').next()?.parse::<i64>().ok()).map_or(0, |amount| -amount)
}

#[tokio::test]
async fn what_was_paid_twice_goes_back_once() {
    let (world, id) = paid_twice().await;
    assert_eq!(on_balance(&world.balances().await), 498_390);
    let answer = refund(&world, &id, "r1", None).await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (201, "succeeded"));
    assert_eq!(answer.at("/data/amount/amount"), json!(498_390));
    let again = refund(&world, &id, "r1", None).await;
    assert_eq!((again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (answer.body.clone(), "true"));
    assert_eq!(world.midtrans.refunded(&id), (498_390, 1));
    assert_eq!((world.status_of(&id).await.as_str(), on_balance(&world.balances().await)), ("refunded", 0));
    assert_eq!((world.events("payment.refunded").await, world.events("payment.refund_failed").await), (1, 0));
    // The provider's own word of it is no news.
    let told = world.notify(&notification_of(&id, "refund")).await;
    assert_eq!(told.text("/data/outcome"), "ignored");
    let rows = listed(&world, &id, &world.customer.token).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["reason"], &rows[0]["origin"]), (&json!("Paid twice"), &json!("asked")));
    assert_eq!(refused(&refund(&world, &id, "r2", None).await), (409, "REFUND_TOO_LARGE".to_owned()));
}

#[tokio::test]
async fn parts_add_up_to_the_payment_at_most() {
    let (world, id) = paid_twice().await;
    for (key, amount) in [("r1", 100_000), ("r2", 200_000)] {
        assert_eq!(refund(&world, &id, key, Some(amount)).await.text("/data/status"), "succeeded");
        assert_eq!(world.status_of(&id).await, "partially_refunded");
    }
    assert_eq!(refused(&refund(&world, &id, "r3", Some(198_391)).await), (409, "REFUND_TOO_LARGE".to_owned()));
    assert_eq!(refund(&world, &id, "r4", None).await.at("/data/amount/amount"), json!(198_390));
    assert_eq!((world.midtrans.refunded(&id), world.status_of(&id).await.as_str()), ((498_390, 3), "refunded"));
}

#[tokio::test]
async fn of_fifty_refunds_at_once_no_more_goes_back_than_came_in() {
    let (world, id) = paid_twice().await;
    let keys: Vec<String> = (0..50).map(|number| format!("r{number}")).collect();
    let all = keys.iter().map(|key| refund(&world, &id, key, Some(100_000)));
    let answers = futures::future::join_all(all).await;
    let given = answers.iter().filter(|answer| answer.status == 201).count();
    assert!((1..=4).contains(&given), "{given}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.status, 409, "{}", answer.snapshot());
    }
    let (sum, refunds) = world.midtrans.refunded(&id);
    assert_eq!((usize::try_from(sum / 100_000).unwrap(), refunds), (given, given));
    assert_eq!(on_balance(&world.balances().await), 498_390 - sum);
    assert_eq!(listed(&world, &id, &world.owner.token).await.len(), given);
}

#[tokio::test]
async fn money_that_an_invoice_took_is_not_on_the_balance() {
    let world = World::open().await;
    let id = world.pay("k1").await.text("/data/id");
    assert_eq!(refused(&refund(&world, &id, "r0", None).await), (409, "REFUND_TOO_LARGE".to_owned()));
    world.midtrans.set(&id, "settlement");
    world.notify(&notification_of(&id, "settlement")).await;
    assert_eq!(refused(&refund(&world, &id, "r1", None).await), (409, "BALANCE_TOO_LOW".to_owned()));
    assert_eq!(world.midtrans.refunded(&id), (0, 0));
    world.assert_settled_once().await;
}

#[tokio::test]
async fn what_the_provider_or_the_bank_refuses_is_on_the_balance_again() {
    let (world, id) = paid_twice().await;
    for (code, key) in [(412, "r1"), (202, "r2"), (414, "r3")] {
        world.midtrans.refuse_refunds_with(code);
        let answer = refund(&world, &id, key, Some(100_000)).await;
        assert_eq!(refused(&answer), (422, "REFUND_REFUSED".to_owned()), "{code}");
        assert_eq!(refused(&refund(&world, &id, key, Some(100_000)).await), (422, "REFUND_REFUSED".to_owned()));
        assert_eq!((world.status_of(&id).await.as_str(), on_balance(&world.balances().await)), ("success", 498_390));
    }
    assert_eq!((world.events("payment.refunded").await, world.events("payment.refund_failed").await), (0, 3));
    assert!(listed(&world, &id, &world.owner.token).await.iter().all(|row| row["status"] == "failed"));
    world.midtrans.refuse_refunds_with(0);
    assert_eq!(refund(&world, &id, "r4", None).await.status, 201);
}

#[tokio::test]
async fn while_the_provider_is_out_of_reach_a_refund_is_on_its_way() {
    let (world, id) = paid_twice().await;
    world.midtrans.refuse_with(503);
    assert_eq!(refused(&refund(&world, &id, "r1", None).await), (503, "PROVIDER_UNAVAILABLE".to_owned()));
    assert_eq!(on_balance(&world.balances().await), 0, "it cannot be spent meanwhile");
    assert_eq!(refused(&refund(&world, &id, "r2", None).await), (409, "REFUND_ON_ITS_WAY".to_owned()));
    assert_eq!(listed(&world, &id, &world.owner.token).await[0]["status"], "pending");
    world.midtrans.refuse_with(0);
    assert_eq!(refund(&world, &id, "r1", None).await.status, 201);
    assert_eq!(world.midtrans.refunded(&id), (498_390, 1));
}

#[tokio::test]
async fn a_refund_is_made_once_wherever_the_process_dies() {
    let calls = {
        let (world, id) = paid_twice().await;
        let (ctx, table) = world.stack.breaking(None);
        assert_eq!(refund_at(&world, &Client::new(crate::function(ctx)), &id, ("r1", None)).await.status, 201);
        table.calls()
    };
    assert!(calls >= 5, "{calls} calls of the store");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let (world, id) = paid_twice().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        let first = refund_at(&world, &client, &id, ("r1", None)).await;
        // The lease of a try that died runs out.
        world.stack.set_clock("2026-11-21T01:01:00Z");
        let second = refund_at(&world, &client, &id, ("r1", None)).await;
        assert_eq!(second.status, 201, "{fault:?}: {} {}", first.snapshot(), second.snapshot());
        assert_eq!(world.midtrans.refunded(&id), (498_390, 1), "{fault:?}");
        assert_eq!((listed(&world, &id, &world.owner.token).await.len(), on_balance(&world.balances().await)), (1, 0));
    }
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_found() {
    let (world, id) = paid_twice().await;
    world.midtrans.lose_answers(1);
    assert_eq!(refund(&world, &id, "r1", None).await.text("/data/status"), "succeeded");
    assert_eq!(world.midtrans.refunded(&id), (498_390, 1));
}

#[tokio::test]
async fn a_refund_of_the_dashboard_is_booked_when_the_balance_has_it() {
    let (world, id) = paid_twice().await;
    world.midtrans.refund_in_dashboard(&id, 100_000);
    let told = || {
        let mut body = notification_of(&id, "partial_refund");
        body["refund_amount"] = json!("100000.00");
        sign(body)
    };
    assert_eq!(world.notify(&told()).await.text("/data/outcome"), "applied");
    assert_eq!(world.notify(&told()).await.text("/data/outcome"), "ignored");
    assert_eq!(on_balance(&world.balances().await), 398_390);
    let rows = listed(&world, &id, &world.owner.token).await;
    assert_eq!((rows.len(), &rows[0]["origin"], &rows[0]["status"]), (1, &json!("provider"), &json!("succeeded")));
    assert_eq!(world.status_of(&id).await, "partially_refunded");
    // The rest goes back from here.
    assert_eq!(refund(&world, &id, "r1", None).await.at("/data/amount/amount"), json!(398_390));
    assert_eq!((world.midtrans.refunded(&id).0, on_balance(&world.balances().await)), (498_390, 0));
}

#[tokio::test]
async fn word_of_a_refund_on_its_way_comes_again() {
    let (world, id) = paid_twice().await;
    world.midtrans.refuse_with(503);
    assert_eq!(refund(&world, &id, "r1", None).await.status, 503);
    world.midtrans.refuse_with(0);
    world.midtrans.refund_in_dashboard(&id, 498_390);
    let word = notification_of(&id, "refund");
    let told = || world.notify(&word);
    assert_eq!(told().await.status, 409, "neither acknowledged nor booked");
    assert_eq!(world.status_of(&id).await, "success");
    // The provider refuses ours, since all has gone: it is this one as far as anybody can tell.
    world.midtrans.refuse_refunds_with(412);
    assert_eq!(refund(&world, &id, "r1", None).await.text("/data/status"), "succeeded");
    assert_eq!(told().await.text("/data/outcome"), "ignored");
}

#[tokio::test]
async fn what_staff_pays_back_by_hand_is_booked_and_no_provider_is_asked() {
    let (world, id) = paid_twice().await;
    let path = format!("/api/v1/payments/{id}/refund");
    let by_hand = |key: &'static str, amount: i64| {
        let body = json!({"reason": "Transferred back", "by": "hand", "amount": {"amount": amount, "currency": "IDR"}});
        world.client.post(&path, body).bearer(&world.owner.token).idempotency_key(key).send()
    };
    let answer = by_hand("h1", 300_000).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text("/data/origin").as_str()),
        (201, "by_hand"),
        "{}",
        answer.snapshot()
    );
    assert_eq!(by_hand("h1", 300_000).await.body, answer.body);
    assert_eq!((world.midtrans.refunded(&id), on_balance(&world.balances().await)), ((0, 0), 198_390));
    assert!(world.balances().await.contains(&"clearing:manual=-300000".to_owned()));
    assert_eq!(refused(&by_hand("h2", 200_000).await), (409, "REFUND_TOO_LARGE".to_owned()));
    // The rest goes back through the provider, which knows nothing of the first part.
    assert_eq!(refund(&world, &id, "r1", None).await.at("/data/amount/amount"), json!(198_390));
    assert_eq!((world.midtrans.refunded(&id), world.status_of(&id).await.as_str()), ((198_390, 1), "refunded"));
    let mut told = notification_of(&id, "partial_refund");
    told["refund_amount"] = json!("198390.00");
    assert_eq!(world.notify(&sign(told)).await.text("/data/outcome"), "ignored");
    assert_eq!(on_balance(&world.balances().await), 0);
}

#[tokio::test]
async fn customers_and_strangers_refund_nothing() {
    let (world, id) = paid_twice().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let path = format!("/api/v1/payments/{id}/refund");
    let body = || json!({"reason": "mine"});
    for (token, expected) in [(&world.customer.token, 403), (&stranger.token, 404)] {
        let answer = world.client.post(&path, body()).bearer(token).idempotency_key("r1").send().await;
        assert_eq!(answer.status.as_u16(), expected, "{}", answer.snapshot());
        let list = world.client.get(format!("/api/v1/payments/{id}/refunds")).bearer(token).send().await;
        assert_eq!(list.status.as_u16(), if expected == 404 { 404 } else { 200 });
    }
    assert_eq!(world.client.post(&path, body()).send().await.text("/code"), "UNAUTHENTICATED");
    let listing = world.client.call(Method::GET, format!("/api/v1/payments/{id}/refunds")).send().await;
    assert_eq!(listing.text("/code"), "UNAUTHENTICATED");
    for (reason, amount) in [
        (json!(""), json!(null)),
        (json!("a\nb"), json!(null)),
        (json!("ok"), json!({"amount": -1, "currency": "IDR"})),
    ] {
        let body = json!({"reason": reason, "amount": amount});
        let answer = world.client.post(&path, body).bearer(&world.owner.token).idempotency_key("r2").send().await;
        assert!([409, 422].contains(&answer.status.as_u16()), "{}", answer.snapshot());
    }
    assert_eq!(world.midtrans.refunded(&id), (0, 0));
}
