//! Paying an invoice by a card on Stripe's own page, where the payer may try more than one.

use http::Method as Verb;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::World;

async fn pay(world: &World, key: &str) -> Answer {
    let body = json!({"invoiceId": world.invoice, "method": "stripe_page", "returnUrl": "https://toko.example/paid"});
    let call = world.client.call(Verb::POST, "/api/v1/payments").bearer(&world.customer.token);
    call.idempotency_key(key).json(body).send().await
}

async fn post(world: &World, id: &str, what: &str) -> Answer {
    let call = world.client.call(Verb::POST, format!("/api/v1/payments/{id}/{what}"));
    call.bearer(&world.customer.token).send().await
}

/// The page was paid, says its own event.
async fn completed(world: &World, id: &str) -> Answer {
    world.stripe_tells("evt_page", "checkout.session.completed", &world.stripe.page(id)).await
}

async fn told(world: &World, event: &str, kind: &str, id: &str) -> String {
    world.stripe_tells(event, kind, &world.stripe.intent(id)).await.text("/data/outcome")
}

#[tokio::test]
async fn the_payer_is_sent_to_the_page_and_nothing_is_known_until_they_send_it() {
    let world = World::with_stripe().await;
    world.in_dollars().await;
    let answer = pay(&world, "k1").await;
    assert_eq!(
        (answer.status.as_u16(), answer.text("/data/status").as_str()),
        (201, "pending"),
        "{}",
        answer.snapshot()
    );
    let page = json!({"type": "redirect", "url": "https://checkout.stripe.com/c/pay/cs_test_1#x"});
    assert_eq!(answer.at("/data/nextAction"), page);
    assert!(answer.at("/data/reference").is_null() && !answer.at("/data/expiresAt").is_null());
    assert_eq!((pay(&world, "k1").await.body, world.stripe.pages()), (answer.body.clone(), 1));
    let synced = post(&world, &answer.text("/data/id"), "sync").await;
    assert_eq!((synced.status.as_u16(), synced.at("/data/nextAction")), (200, page), "not found is no failure");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_one_page() {
    let world = World::with_stripe().await;
    world.stripe.fail_with(500);
    assert_eq!(pay(&world, "k1").await.text("/code"), "PROVIDER_UNAVAILABLE");
    world.stripe.fail_with(0);
    for _ in 0..2 {
        assert_eq!(pay(&world, "k1").await.status, 201);
    }
    assert_eq!(world.stripe.pages(), 1);
}

#[tokio::test]
async fn a_card_that_is_declined_on_the_page_may_be_followed_by_one_that_pays_and_either_event_may_be_first() {
    for page_first in [true, false] {
        let world = World::with_stripe().await;
        world.in_dollars().await;
        let id = pay(&world, "k1").await.text("/data/id");
        world.stripe.decline_on_page(&id);
        assert_eq!(told(&world, "evt_1", "payment_intent.payment_failed", &id).await, "applied");
        let waiting = post(&world, &id, "sync").await;
        assert_eq!((waiting.text("/data/status"), waiting.text("/data/reference")), ("pending".into(), "pi_1".into()));
        assert_eq!(waiting.text("/data/nextAction/type"), "redirect", "the payer tries another card there");
        world.stripe.pay_on_page(&id);
        let outcomes = if page_first {
            let first = completed(&world, &id).await.text("/data/outcome");
            [first, told(&world, "evt_2", "payment_intent.succeeded", &id).await]
        } else {
            let first = told(&world, "evt_2", "payment_intent.succeeded", &id).await;
            [first, completed(&world, &id).await.text("/data/outcome")]
        };
        assert_eq!(outcomes, ["applied", "ignored"], "{page_first}");
        assert_eq!(
            world.balances().await,
            [format!("receivable:{}=-2999", world.party), "clearing:stripe=2999".to_owned()]
        );
        assert_eq!((world.events("payment.succeeded").await, world.events("invoice.paid").await), (1, 1));
    }
}

#[tokio::test]
async fn a_page_is_taken_back_with_its_payment_and_one_that_was_paid_is_not() {
    for began in ["nothing", "declined"] {
        let world = World::with_stripe().await;
        let id = pay(&world, "k1").await.text("/data/id");
        if began == "declined" {
            world.stripe.decline_on_page(&id);
        }
        let cancelled = post(&world, &id, "cancel").await;
        assert_eq!((cancelled.status.as_u16(), cancelled.text("/data/status")), (200, "cancelled".into()), "{began}");
        assert_eq!(world.stripe.closed_pages(), ["cs_test_1"], "{began}");
    }
    for lags in [false, true] {
        let world = World::with_stripe().await;
        world.in_dollars().await;
        let id = pay(&world, "k1").await.text("/data/id");
        world.stripe.pay_on_page(&id);
        world.stripe.search_lags(lags);
        let refused = post(&world, &id, "cancel").await;
        let status = world.status_of(&id).await;
        assert!(refused.status == 409 || status == "success", "{} {status}", refused.snapshot());
        world.stripe.search_lags(false);
        assert!(["applied", "ignored"].contains(&completed(&world, &id).await.text("/data/outcome").as_str()));
        assert_eq!((world.status_of(&id).await.as_str(), world.stripe.closed_pages().len()), ("success", 0), "{lags}");
    }
}

#[tokio::test]
async fn the_page_of_another_tenant_in_the_same_account_is_nobodys() {
    let world = World::with_stripe().await;
    let id = pay(&world, "k1").await.text("/data/id");
    world.stripe.pay_on_page(&id);
    let mut session: Value = world.stripe.page(&id);
    session["metadata"]["tenant"] = json!("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    let told = world.stripe_tells("evt_1", "checkout.session.completed", &session).await;
    assert_eq!((told.text("/data/outcome").as_str(), world.status_of(&id).await.as_str()), ("ignored", "pending"));
}
