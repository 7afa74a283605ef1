//! Paying by a saved card, and saving one with a payment.

use http::Method as Verb;
use identity::Role;
use payments::{Payments, Status};
use serde_json::{Value, json};
use table::TenantScope;
use testkit::{Answer, Client, Fault};

use crate::{
    payment_methods::create_payment_method_tests::{PATH, card, save},
    world::{World, notification_of, sign},
};

fn by(world: &World, method: &str) -> Value {
    json!({"invoiceId": world.invoice, "method": "card", "paymentMethodId": method})
}

async fn pay_at(client: &Client, token: &str, key: &str, body: Value) -> Answer {
    client.post("/api/v1/payments", body).bearer(token).idempotency_key(key).send().await
}

async fn pay(world: &World, key: &str, body: Value) -> Answer {
    pay_at(&world.client, &world.customer.token, key, body).await
}

async fn saved(world: &World) -> String {
    save(world, &world.customer.token, "saved", card("pm_1")).await.text("/data/id")
}

#[tokio::test]
async fn a_saved_card_pays_an_invoice_at_its_own_provider() {
    let world = World::with_stripe().await;
    let method = saved(&world).await;
    let answer = pay(&world, "k1", by(&world, &method)).await;
    assert_eq!(answer.status, 201, "{}", answer.snapshot());
    let told = answer.at("/data");
    assert_eq!(
        (&told["status"], &told["provider"], &told["paymentMethodId"]),
        (&json!("success"), &json!("stripe"), &json!(method))
    );
    assert_eq!(pay(&world, "k1", by(&world, &method)).await.body, answer.body);
    let intent = world.stripe.intent(&answer.text("/data/id"));
    assert_eq!((&intent["payment_method"], &intent["customer"]), (&json!("pm_1"), &json!("cus_1")));
    assert_eq!((world.invoice_status().await, world.stripe.charges()), (billing::InvoiceStatus::Paid, 1));
}

#[tokio::test]
async fn a_saved_card_tops_up_a_balance() {
    let world = World::with_stripe().await;
    let method = saved(&world).await;
    let body = json!({"amount": {"amount": 50_000, "currency": "IDR"}, "method": "card", "paymentMethodId": method});
    let answer = world.client.post("/api/v1/wallet/deposit", body).bearer(&world.customer.token);
    let answer = answer.idempotency_key("k1").send().await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status")), (201, "success".to_owned()));
}

#[tokio::test]
async fn a_method_that_is_not_ones_own_or_cannot_be_charged_is_refused_and_nobody_is_asked() {
    let world = World::with_stripe().await;
    let method = saved(&world).await;
    let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
    world.stack.customer_of(&other).await;
    let hers = save(&world, &other.token, "siti", card("pm_siti")).await.text("/data/id");
    let ends = save(&world, &world.customer.token, "ends", card("pm_ends")).await.text("/data/id");
    let removed = save(&world, &world.customer.token, "gone", card("pm_gone")).await.text("/data/id");
    world.client.call(Verb::DELETE, format!("{PATH}/{removed}")).bearer(&world.customer.token).send().await;
    let with = |field: &str, value: Value| {
        let mut body = by(&world, &method);
        body[field] = value;
        body
    };
    let refusals = [
        (by(&world, &hers), 404, "NOT_FOUND"),
        (by(&world, &removed), 404, "NOT_FOUND"),
        (by(&world, "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"), 404, "NOT_FOUND"),
        (with("method", json!("bca_va")), 422, "VALIDATION_FAILED"),
        (with("provider", json!("midtrans")), 422, "VALIDATION_FAILED"),
        (with("cardToken", json!("tok-1")), 422, "VALIDATION_FAILED"),
        (with("saveMethod", json!(true)), 422, "VALIDATION_FAILED"),
        (with("capture", json!("manual")), 422, "CAPTURE_NOT_SUPPORTED"),
        (json!({"invoiceId": world.invoice, "method": "bca_va", "saveMethod": true}), 422, "VALIDATION_FAILED"),
    ];
    for (at, (body, status, code)) in refusals.into_iter().enumerate() {
        let answer = pay(&world, &format!("k{at}"), body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{body}");
    }
    // Staff charges a customer's card for the customer's own invoice alone.
    let foreign = pay_at(&world.client, &world.owner.token, "k20", by(&world, &hers)).await;
    assert_eq!(foreign.status, 404);
    world.stack.set_clock("2027-01-02T00:00:00Z");
    let fresh = world.fresh(&world.customer).await;
    let late = pay_at(&world.client, &fresh, "k21", by(&world, &ends)).await;
    assert_eq!((late.status.as_u16(), late.text("/code").as_str()), (409, "PAYMENT_METHOD_EXPIRED"));
    assert_eq!((world.stripe.charges(), world.midtrans.posts()), (0, 0));
}

#[tokio::test]
async fn a_decline_is_told_and_kept_with_the_banks_reason() {
    let world = World::with_stripe().await;
    let method = saved(&world).await;
    world.stripe.decline("pm_1", Some("insufficient_funds"));
    for _ in 0..2 {
        let answer = pay(&world, "k1", by(&world, &method)).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (422, "PAYMENT_REFUSED"));
    }
    let list = world.client.get("/api/v1/payments").bearer(&world.customer.token).send().await;
    let id = list.text("/data/0/id").parse().unwrap();
    let payments = Payments::new(world.stack.ctx().table(), world.scope());
    let payment = payments.get(id).await.unwrap().unwrap().trusted("a test looks");
    assert_eq!((payment.status, payment.failure.unwrap().code.as_str()), (Status::Failed, "insufficient_funds"));
    assert_eq!(world.events("payment.failed").await, 1);
}

#[tokio::test]
async fn wherever_a_process_dies_a_saved_card_is_charged_once() {
    let counting = World::with_stripe().await;
    let method = saved(&counting).await;
    let (ctx, counted) = counting.stack.breaking(None);
    let body = by(&counting, &method);
    pay_at(&Client::new(crate::function(ctx)), &counting.customer.token, "k1", body).await;
    for fault in (0..counted.calls()).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::with_stripe().await;
        let method = saved(&world).await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        pay_at(&client, &world.customer.token, "k1", by(&world, &method)).await;
        world.stack.set_clock("2026-11-21T01:01:00Z");
        let second = pay_at(&client, &world.customer.token, "k1", by(&world, &method)).await;
        assert_eq!(second.status, 201, "{fault:?}: {}", second.snapshot());
        assert_eq!((world.stripe.charges(), world.events("payment.succeeded").await), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_method_that_is_removed_half_way_charges_nobody() {
    let world = World::with_stripe().await;
    let method = saved(&world).await;
    world.stripe.fail_with(503);
    let first = pay(&world, "k1", by(&world, &method)).await;
    assert_eq!(first.status, 503, "{}", first.snapshot());
    world.client.call(Verb::DELETE, format!("{PATH}/{method}")).bearer(&world.customer.token).send().await;
    world.stripe.fail_with(0);
    let second = pay(&world, "k1", by(&world, &method)).await;
    assert_eq!((second.status.as_u16(), second.text("/code").as_str()), (404, "NOT_FOUND"));
    assert_eq!((world.stripe.charges(), world.events("payment.cancelled").await), (0, 1));
}

#[tokio::test]
async fn a_card_is_kept_with_its_payment_at_stripe() {
    let world = World::with_stripe().await;
    let body = json!({"invoiceId": world.invoice, "method": "card", "provider": "stripe", "cardToken": "pm_new", "saveMethod": true});
    let answer = pay(&world, "k1", body).await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status")), (201, "success".to_owned()));
    let payments = Payments::new(world.stack.ctx().table(), world.scope());
    let payment =
        payments.get(answer.text("/data/id").parse().unwrap()).await.unwrap().unwrap().trusted("a test looks");
    let kept = payment.kept_card.unwrap();
    assert_eq!((payment.keeps_card, kept.token.expose(), kept.customer.unwrap().expose()), (true, "pm_new", "cus_1"));
    assert_eq!(world.stripe.owner_of("pm_new").as_deref(), Some("cus_1"));
    assert!(!world.stack.everything().await.contains("pm_new"));
}

#[tokio::test]
async fn a_card_is_kept_with_its_payment_at_midtrans_where_its_payer_asked_for_it() {
    let asked = (json!(true), Some("481111-1114-"));
    // The answer to our own question counts more than the notification, which is not signed in this.
    for ((save_method, expected), hides) in
        [(asked.clone(), false), ((json!(true), Some("521109-1117-told")), true), ((json!(null), None), true)]
    {
        let world = World::open().await;
        world.midtrans.hide_cards(hides);
        let body =
            json!({"invoiceId": world.invoice, "method": "card", "cardToken": "tok-1", "saveMethod": save_method});
        let answer = pay(&world, "k1", body).await;
        assert_eq!(answer.status, 201, "{}", answer.snapshot());
        let id = answer.text("/data/id");
        world.midtrans.set(&id, "settlement");
        let mut told = notification_of(&id, "settlement");
        told["masked_card"] = json!("52110911-1117");
        told["saved_token_id"] = json!("521109-1117-told");
        assert_eq!(world.notify(&sign(told)).await.status, 200);
        let payments = Payments::new(world.stack.ctx().table(), world.scope());
        let payment = payments.get(id.parse().unwrap()).await.unwrap().unwrap().trusted("a test looks");
        let token = payment.kept_card.map(|kept| kept.token.expose().to_owned());
        assert_eq!(payment.status, Status::Success);
        assert_eq!(token.is_some(), expected.is_some());
        assert!(token.unwrap_or_default().starts_with(expected.unwrap_or_default()));
    }
}
