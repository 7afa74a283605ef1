//! What Midtrans says, in every order and as often as it likes, also while our own parts die.

use billing::{Invoice, InvoiceState, InvoiceStatus};
use serde_json::{Value, json};
use testkit::{Answer, Client, Fault};

use crate::world::{World, notification_of, sign};

async fn paid(world: &World) -> String {
    let id = world.pay("k1").await.text("/data/id");
    world.midtrans.set(&id, "settlement");
    id
}

fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/data/outcome"))
}

#[tokio::test]
async fn a_settlement_is_confirmed_and_booked_once() {
    let world = World::open().await;
    let id = paid(&world).await;
    let word = notification_of(&id, "settlement");
    assert_eq!(outcome(&world.notify(&word).await), (200, "applied".to_owned()));
    assert_eq!((world.status_of(&id).await.as_str(), world.midtrans.asked()), ("success", 1));
    world.assert_settled_once().await;
    for late in [word.clone(), notification_of(&id, "pending"), notification_of(&id, "expire"), word] {
        assert_eq!(outcome(&world.notify(&late).await), (200, "ignored".to_owned()));
    }
    assert_eq!((world.status_of(&id).await.as_str(), world.midtrans.asked()), ("success", 1));
    world.assert_settled_once().await;
}

#[tokio::test]
async fn ten_at_once_are_one() {
    let world = World::open().await;
    let id = paid(&world).await;
    let word = notification_of(&id, "settlement");
    let sends = (0..10).map(|_| async { outcome(&world.notify(&word).await) });
    let answers = futures::future::join_all(sends).await;
    let applied = answers.iter().filter(|(_, outcome)| outcome == "applied").count();
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    assert_eq!(applied, 1, "{answers:?}");
    world.assert_settled_once().await;
}

/// Ten words of one settlement, each of them news; and an invoice whose version cannot stand in for the payment's.
#[tokio::test]
async fn ten_different_ones_at_once_book_once() {
    let world = World::open().await;
    let id = paid(&world).await;
    let open = world.sample(world.invoice);
    let at = open.issued.as_ref().unwrap().at;
    world.put_invoice(&Invoice { state: InvoiceState::Void { at }, ..open }).await;
    let words = (0..10).map(|second| {
        let mut word = notification_of(&id, "settlement");
        word["settlement_time"] = json!(format!("2026-11-21 09:00:0{second}"));
        word
    });
    let sends = words.map(|word| {
        let world = &world;
        async move { outcome(&world.notify(&word).await) }
    });
    let answers = futures::future::join_all(sends).await;
    assert_eq!(answers.iter().filter(|(_, outcome)| outcome == "applied").count(), 1, "{answers:?}");
    let expected = ["clearing:midtrans=498390".to_owned(), format!("customer_balance:{}=-498390", world.party)];
    assert_eq!(world.balances().await, expected);
}

#[tokio::test]
async fn guessing_at_secrets_becomes_slow_and_the_truth_goes_through() {
    let world = World::open().await;
    let id = paid(&world).await;
    let good = notification_of(&id, "settlement");
    let before = world.stack.secrets.asked().len();
    for tenant in ["nobody", "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"] {
        let answer = world.client.post(format!("/api/v1/webhooks/midtrans/{tenant}"), good.clone()).send().await;
        assert_eq!(answer.status.as_u16(), 401);
    }
    assert_eq!(world.stack.secrets.asked().len(), before, "only a tenant that is there has secrets");
    let mut forged = good.clone();
    forged["signature_key"] = json!("0".repeat(128));
    for attempt in 3..=31 {
        let answer = world.notify(&forged).await;
        assert_eq!(answer.status.as_u16(), if attempt <= 30 { 401 } else { 429 }, "{attempt}");
        assert_eq!(answer.header("retry-after").is_empty(), attempt <= 30);
    }
    assert_eq!(outcome(&world.notify(&good).await), (200, "applied".to_owned()));
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let world = World::open().await;
    let id = paid(&world).await;
    let good = notification_of(&id, "settlement");
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for bad in [
        with("signature_key", json!("")),
        with("signature_key", json!(null)),
        with("signature_key", json!(good["signature_key"].as_str().unwrap().to_uppercase())),
        with("gross_amount", json!("498390")),
        with("order_id", json!("pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X")),
        with("status_code", json!("201")),
    ] {
        let answer = world.notify(&bad).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (401, "INVALID_SIGNATURE"));
    }
    let (other, _) = world.stack.tenant("toko-b").await;
    for tenant in [other.id.to_string(), "toko-b".to_owned(), "nobody".to_owned(), "%00".to_owned()] {
        let answer = world.client.post(format!("/api/v1/webhooks/midtrans/{tenant}"), good.clone()).send().await;
        assert_eq!(answer.status.as_u16(), 401, "{tenant}");
    }
    for raw in ["", "[]", "{", "\u{0}", r#"{"order_id":"a","order_id":"b"}"#] {
        let path = format!("/api/v1/webhooks/midtrans/{}", world.tenant);
        let answer = world.client.call(http::Method::POST, path).raw(raw).send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (400, "INVALID_BODY"), "{raw:?}");
    }
    assert_eq!((world.status_of(&id).await.as_str(), world.midtrans.asked()), ("pending", 0));
    let by_slug = world.client.post("/api/v1/webhooks/midtrans/toko-a", good.clone()).send().await;
    assert_eq!(outcome(&by_slug), (200, "applied".to_owned()));
}

#[tokio::test]
async fn a_signed_body_with_a_rewritten_status_moves_nothing() {
    let world = World::open().await;
    let id = world.pay("k1").await.text("/data/id");
    // The signature of a pending body covers this one as well: Midtrans says that the payer has not paid.
    let mut forged = notification_of(&id, "pending");
    forged["transaction_status"] = json!("settlement");
    let answer = world.notify(&forged).await;
    assert_eq!(answer.status.as_u16(), 503, "it might be late, so it may come again");
    assert_eq!((world.status_of(&id).await.as_str(), world.invoice_status().await), ("pending", InvoiceStatus::Open));
    // Pointing at another order that was paid does not help either.
    world.midtrans.set("pay_01JD2Z3M4N5P6Q7R8S9T0V1W2Z", "settlement");
    forged["transaction_id"] = json!("tx-pay_01JD2Z3M4N5P6Q7R8S9T0V1W2Z");
    assert_eq!(outcome(&world.notify(&forged).await), (200, "set_aside".to_owned()));
    assert_eq!(world.balances().await, Vec::<String>::new());
}

/// Whoever saw one signed body can write another status over it, also one that moves no money.
#[tokio::test]
async fn a_signed_word_without_money_is_believed_only_when_the_provider_says_so() {
    for status in ["expire", "deny", "chargeback", "cancel", "teleported"] {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        let mut forged = notification_of(&id, "pending");
        forged["transaction_status"] = json!(status);
        assert_eq!(
            world.notify(&forged).await.status.as_u16(),
            503,
            "{status}: it might be late, so it may come again"
        );
        assert_eq!((world.status_of(&id).await.as_str(), world.midtrans.asked()), ("pending", 1), "{status}");
        let shown = world.client.get(format!("/api/v1/payments/{id}")).bearer(&world.owner.token).send().await;
        assert!(shown.at("/data/disputedAt").is_null(), "{status}");
        let notices = payments::Notices::new(world.stack.ctx().table(), world.scope());
        assert!(notices.set_aside_so_far(None).await.unwrap().items.is_empty(), "{status}");
    }
}

#[tokio::test]
async fn what_is_not_ours_is_set_aside_once() {
    let world = World::open().await;
    let id = paid(&world).await;
    let unknown = notification_of("payment_notif_test_G1_abc", "settlement");
    let missing = notification_of("pay_01JD2Z3M4N5P6Q7R8S9T0V1W2Z", "settlement");
    let mut foreign = notification_of(&id, "settlement");
    foreign["merchant_id"] = json!("G2");
    let mut dollars = notification_of(&id, "settlement");
    dollars["currency"] = json!("USD");
    let mut amount = notification_of(&id, "settlement");
    amount["gross_amount"] = json!("1.00");
    let amount = sign(amount);
    let mut fraction = notification_of(&id, "settlement");
    fraction["gross_amount"] = json!("498390.50");
    let fraction = sign(fraction);
    let bodies = [unknown, missing, foreign, dollars, amount, fraction];
    for body in bodies.iter().chain(&bodies) {
        assert_eq!(outcome(&world.notify(body).await), (200, "set_aside".to_owned()), "{body}");
    }
    // Midtrans itself tells of another amount.
    world.midtrans.claim("1.00");
    assert_eq!(outcome(&world.notify(&notification_of(&id, "settlement")).await), (200, "set_aside".to_owned()));
    let notices = payments::Notices::new(world.stack.ctx().table(), world.scope());
    let kept = notices.set_aside_so_far(None).await.unwrap().items;
    assert_eq!(kept.len(), 7);
    assert_eq!((world.status_of(&id).await.as_str(), world.invoice_status().await), ("pending", InvoiceStatus::Open));
    assert_eq!(world.balances().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_expired_payment_that_is_paid_after_all_settles_the_invoice() {
    let world = World::open().await;
    let id = world.pay("k1").await.text("/data/id");
    world.midtrans.set(&id, "expire");
    assert_eq!(outcome(&world.notify(&notification_of(&id, "expire")).await), (200, "applied".to_owned()));
    assert_eq!((world.status_of(&id).await.as_str(), world.events("payment.expired").await), ("expired", 1));
    let settlement = notification_of(&id, "settlement");
    assert_eq!(outcome(&world.notify(&settlement).await), (200, "ignored".to_owned()), "midtrans says that it is not");
    assert_eq!(outcome(&world.notify(&settlement).await), (200, "ignored".to_owned()));
    assert_eq!(world.midtrans.asked(), 2, "the same word is not asked about twice");
    world.midtrans.set(&id, "settlement");
    let mut settled = settlement;
    settled["settlement_time"] = json!("2026-11-21 09:00:00");
    assert_eq!(outcome(&world.notify(&settled).await), (200, "applied".to_owned()));
    assert_eq!(world.status_of(&id).await, "success");
    world.assert_settled_once().await;
}

/// The documents' replay: a signed body with another status, on an order whose money went back.
#[tokio::test]
async fn a_replay_leaves_a_refunded_payment_refunded() {
    let world = World::open().await;
    let (first, second) = (world.pay("k1").await.text("/data/id"), world.pay("k2").await.text("/data/id"));
    for id in [&first, &second] {
        world.midtrans.set(id, "settlement");
        assert_eq!(outcome(&world.notify(&notification_of(id, "settlement")).await), (200, "applied".to_owned()));
    }
    // What the invoice did not take is on the balance, and goes back.
    world.midtrans.set(&second, "refund");
    assert_eq!(outcome(&world.notify(&notification_of(&second, "refund")).await), (200, "applied".to_owned()));
    let before = world.balances().await;
    let mut replayed = notification_of(&second, "refund");
    replayed["transaction_status"] = json!("settlement");
    replayed["settlement_time"] = json!("2026-11-21 09:00:00");
    assert_eq!(outcome(&world.notify(&replayed).await), (200, "ignored".to_owned()));
    // The bank confirms it: nothing is booked again.
    let mut confirmed = notification_of(&second, "refund");
    confirmed["refunds"] = json!([{"refund_key": "r-1", "bank_confirmed_at": "2026-11-21 09:00:00"}]);
    world.notify(&confirmed).await;
    assert_eq!((world.status_of(&second).await.as_str(), world.balances().await), ("refunded", before));
}

#[tokio::test]
async fn late_money_is_booked_once_however_many_tell_of_it_at_once() {
    let world = World::open().await;
    let id = world.pay("k1").await.text("/data/id");
    world.midtrans.set(&id, "expire");
    assert_eq!(outcome(&world.notify(&notification_of(&id, "expire")).await), (200, "applied".to_owned()));
    world.midtrans.set(&id, "settlement");
    let words = [1, 2].map(|second| {
        let mut word = notification_of(&id, "settlement");
        word["settlement_time"] = json!(format!("2026-11-21 09:00:0{second}"));
        word
    });
    let both = tokio::join!(world.notify(&words[0]), world.notify(&words[1]));
    assert_eq!((both.0.status.as_u16(), both.1.status.as_u16()), (200, 200));
    world.assert_settled_once().await;
}

#[tokio::test]
async fn a_fee_that_the_payer_bears_is_not_the_tenants_money() {
    let world = World::open().await;
    let id = paid(&world).await;
    let mut inflated = notification_of(&id, "settlement");
    inflated["gross_amount"] = json!("498461.00");
    assert_eq!(outcome(&world.notify(&sign(inflated.clone())).await), (200, "set_aside".to_owned()), "nobody says why");
    world.midtrans.impose_fee(71);
    let info = json!({"original_amount": "498390.00", "customer_imposed_payment_fee": "71.00"});
    inflated["metadata"] = json!({"extra_info": {"gross_amount_info": info}});
    assert_eq!(outcome(&world.notify(&sign(inflated)).await), (200, "applied".to_owned()));
    world.assert_settled_once().await;
}

#[tokio::test]
async fn money_that_no_invoice_waits_for_stays_the_customers() {
    let world = World::open().await;
    let (first, second) = (world.pay("k1").await.text("/data/id"), world.pay("k2").await.text("/data/id"));
    for id in [&first, &second] {
        world.midtrans.set(id, "settlement");
        assert_eq!(outcome(&world.notify(&notification_of(id, "settlement")).await), (200, "applied".to_owned()));
        assert_eq!(world.status_of(id).await, "success");
    }
    let user = world.party;
    let expected = [
        format!("receivable:{user}=-498390"),
        "clearing:midtrans=996780".to_owned(),
        format!("customer_balance:{user}=-498390"),
    ];
    assert_eq!(world.balances().await, expected);
    assert_eq!(world.invoice_status().await, InvoiceStatus::Paid);
}

#[tokio::test]
async fn a_void_invoice_takes_no_money() {
    let world = World::open().await;
    let id = paid(&world).await;
    let open = world.sample(world.invoice);
    let at = open.issued.as_ref().unwrap().at;
    world.put_invoice(&Invoice { state: InvoiceState::Void { at }, version: 2, ..open }).await;
    assert_eq!(outcome(&world.notify(&notification_of(&id, "settlement")).await), (200, "applied".to_owned()));
    let user = world.party;
    let expected = ["clearing:midtrans=498390".to_owned(), format!("customer_balance:{user}=-498390")];
    assert_eq!(world.balances().await, expected);
    assert_eq!(world.invoice_status().await, InvoiceStatus::Void);
}

#[tokio::test]
async fn a_refund_that_the_provider_began_waits_for_a_person() {
    let world = World::open().await;
    let id = paid(&world).await;
    world.notify(&notification_of(&id, "settlement")).await;
    world.midtrans.set(&id, "refund");
    assert_eq!(outcome(&world.notify(&notification_of(&id, "refund")).await), (200, "set_aside".to_owned()));
    assert_eq!(world.status_of(&id).await, "success", "status and journal agree until it is booked");
    world.assert_settled_once().await;
}

#[tokio::test]
async fn a_disputed_payment_waits_for_a_person() {
    let world = World::open().await;
    let id = paid(&world).await;
    world.notify(&notification_of(&id, "settlement")).await;
    world.midtrans.set(&id, "chargeback");
    let word = notification_of(&id, "chargeback");
    assert_eq!(outcome(&world.notify(&word).await), (200, "applied".to_owned()));
    assert_eq!(outcome(&world.notify(&word).await), (200, "ignored".to_owned()));
    let notices = payments::Notices::new(world.stack.ctx().table(), world.scope());
    let kept = notices.set_aside_so_far(None).await.unwrap().items;
    let kept: Vec<_> = kept.iter().map(|word| (word.reason, word.order_id.as_str())).collect();
    assert_eq!(kept, [(payments::Quarantine::Disputed, id.as_str())]);
    let shown = world.client.get(format!("/api/v1/payments/{id}")).bearer(&world.owner.token).send().await;
    assert_eq!(shown.text("/data/disputedAt"), "2026-11-21T01:00:00.000Z");
    world.assert_settled_once().await;
}

#[tokio::test]
async fn word_that_contradicts_or_that_nobody_knows_changes_nothing_and_is_kept() {
    let world = World::open().await;
    let id = paid(&world).await;
    world.notify(&notification_of(&id, "settlement")).await;
    for status in ["deny", "teleported"] {
        world.midtrans.set(&id, status);
        assert_eq!(
            outcome(&world.notify(&notification_of(&id, status)).await),
            (200, "ignored".to_owned()),
            "{status}"
        );
    }
    let notices = payments::Notices::new(world.stack.ctx().table(), world.scope());
    let kept = notices.set_aside_so_far(None).await.unwrap().items;
    let mut reasons: Vec<_> = kept.iter().map(|word| (word.order_id.clone(), word.reason.to_string())).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, [(id.clone(), "contradiction".to_owned()), (id, "unknown status".to_owned())]);
    world.assert_settled_once().await;
}

#[tokio::test]
async fn a_provider_out_of_reach_makes_midtrans_send_again() {
    let world = World::open().await;
    let id = paid(&world).await;
    let word = notification_of(&id, "settlement");
    for code in [401, 400] {
        world.midtrans.refuse_with(code);
        assert_eq!(world.notify(&word).await.status.as_u16(), 503, "{code}");
    }
    world.midtrans.refuse_with(0);
    assert_eq!(outcome(&world.notify(&word).await), (200, "applied".to_owned()));
    world.assert_settled_once().await;
}

/// Dies at every call of the store, before and after it happened: the answer is 503 or 200, and after Midtrans has sent
/// the word again everything is booked once.
#[tokio::test]
async fn a_death_anywhere_ends_in_one_booking() {
    let calls = {
        let world = World::open().await;
        let id = paid(&world).await;
        let (ctx, table) = world.stack.breaking(None);
        world.notify_at(&Client::new(crate::function(ctx)), &notification_of(&id, "settlement")).await;
        table.calls()
    };
    assert!(calls >= 4, "{calls} calls of the store");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let id = paid(&world).await;
        let word = notification_of(&id, "settlement");
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        let first = world.notify_at(&client, &word).await;
        assert_eq!(first.status.as_u16(), 503, "{fault:?}");
        let again = world.notify_at(&client, &word).await;
        assert_eq!(again.status.as_u16(), 200, "{fault:?}");
        world.assert_settled_once().await;
    }
}

/// Midtrans tells of the settlement before its own status knows of it, and before our charge was stored.
#[tokio::test]
async fn a_settlement_that_the_status_lags_behind_comes_again() {
    let world = World::open().await;
    let id = world.pay("k1").await.text("/data/id");
    let id: kernel::PaymentId = id.parse().unwrap();
    let payments = payments::Payments::new(world.stack.ctx().table(), world.scope());
    let told = payments.get(id).await.unwrap().unwrap().trusted("a test looks");
    // As it stands while the answer to the charge is on its way: Midtrans has a transaction, and we know of none.
    let begun = payments::Payment { transaction_id: None, next_action: None, version: told.version + 1, ..told };
    let mut transaction = table::Transaction::new();
    payments.save(&mut transaction, &begun).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
    let id = id.to_string();
    let word = notification_of(&id, "settlement");
    assert_eq!(world.notify(&word).await.status.as_u16(), 503, "the status still says pending");
    world.midtrans.set(&id, "settlement");
    assert_eq!(outcome(&world.notify(&word).await), (200, "applied".to_owned()));
    assert_eq!((world.status_of(&id).await.as_str(), world.invoice_status().await), ("success", InvoiceStatus::Paid));
    world.assert_settled_once().await;
}
