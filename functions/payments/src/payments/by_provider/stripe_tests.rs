//! Paying an invoice by a card at Stripe.

use http::Method as Verb;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::World;

async fn pay(world: &World, key: &str, change: Value) -> Answer {
    let mut body = json!({"invoiceId": world.invoice, "method": "card", "cardToken": "pm_card_visa"});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    let call = world.client.call(Verb::POST, "/api/v1/payments").bearer(&world.customer.token);
    call.idempotency_key(key).json(body).send().await
}

#[tokio::test]
async fn a_card_that_pays_at_once_settles_the_invoice_with_the_answer() {
    let world = World::with_stripe().await;
    let answer = world.pay_by_card("pm_card_visa", "k1").await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (201, "success"));
    assert_eq!((answer.text("/data/provider"), answer.text("/data/reference")), ("stripe".into(), "pi_1".into()));
    let id = answer.text("/data/id");
    let intent = world.stripe.intent(&id);
    assert_eq!((&intent["amount"], &intent["currency"]), (&json!(49_839_000), &json!("idr")), "rupiah times a hundred");
    let expected = [format!("receivable:{}=-498390", world.party), "clearing:stripe=498390".to_owned()];
    assert_eq!(world.balances().await, expected);
    let again = world.pay_by_card("pm_card_visa", "k1").await;
    assert_eq!((again.body, world.stripe.charges()), (answer.body, 1));
    // Its event comes after the answer.
    let told = world.stripe_tells("evt_1", "payment_intent.succeeded", &intent).await;
    assert_eq!(told.text("/data/outcome"), "ignored");
}

#[tokio::test]
async fn a_bank_that_asks_sends_the_payer_to_its_page_and_back() {
    let world = World::with_stripe().await;
    let answer = world.pay_by_card("pm_asks", "k1").await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (201, "pending"));
    assert_eq!(answer.at("/data/nextAction"), json!({"type": "redirect", "url": "https://hooks.stripe.com/3ds"}));
    let id = answer.text("/data/id");
    let back = &world.stripe.intent(&id)["next_action"]["redirect_to_url"]["return_url"];
    assert_eq!(back, &json!("https://toko.example/paid"));
    world.stripe.pay(&id);
    // The search knows nothing yet: Stripe is asked by its own name of the payment.
    world.stripe.search_lags(true);
    let sync = world.client.call(Verb::POST, format!("/api/v1/payments/{id}/sync"));
    assert_eq!(sync.bearer(&world.customer.token).send().await.text("/data/status"), "success");
}

#[tokio::test]
async fn a_declined_card_fails_the_payment_and_another_try_is_another_payment() {
    let world = World::with_stripe().await;
    for _ in 0..2 {
        let answer = world.pay_by_card("pm_declined", "k1").await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (422, "PAYMENT_REFUSED"));
        assert!(answer.text("/detail").ends_with("Your card was declined."), "{}", answer.text("/detail"));
    }
    assert_eq!((world.stripe.charges(), world.events("payment.failed").await), (1, 1));
    // Its event changes nothing any more.
    let list = world.client.call(Verb::GET, "/api/v1/payments").bearer(&world.owner.token).send().await;
    let id = list.text("/data/0/id");
    let told = world.stripe_tells("evt_1", "payment_intent.payment_failed", &world.stripe.intent(&id)).await;
    assert_eq!((told.text("/data/outcome").as_str(), world.status_of(&id).await.as_str()), ("ignored", "failed"));
    assert_eq!(world.pay_by_card("pm_card_visa", "k2").await.text("/data/status"), "success");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_one_charge_however_late_the_search_is() {
    for lags in [true, false] {
        let world = World::with_stripe().await;
        world.stripe.search_lags(lags);
        world.stripe.lose_answers(1);
        let answer = world.pay_by_card("pm_asks", "k1").await;
        assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (201, "pending"), "{lags}");
        assert_eq!((answer.text("/data/reference").as_str(), world.stripe.charges()), ("pi_1", 1));
    }
}

#[tokio::test]
async fn an_event_may_be_faster_than_the_answer_to_the_charge() {
    let world = World::with_stripe().await;
    world.stripe.search_lags(true);
    world.stripe.fail_with(500);
    let answer = world.pay_by_card("pm_asks", "k1").await;
    assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (503, "PROVIDER_UNAVAILABLE"));
    world.stripe.fail_with(0);
    let list = world.client.call(Verb::GET, "/api/v1/payments").bearer(&world.owner.token).send().await;
    let id = list.text("/data/0/id");
    assert_eq!(world.pay_by_card("pm_asks", "k1").await.text("/data/id"), id, "the same payment is taken up");
    world.stripe.pay(&id);
    let told = world.stripe_tells("evt_1", "payment_intent.succeeded", &world.stripe.intent(&id)).await;
    assert_eq!(told.text("/data/outcome"), "applied");
    assert_eq!(world.stripe.charges(), 1);
}

#[tokio::test]
async fn who_takes_a_card_depends_on_keys_and_currency() {
    let charged = |answer: &Answer| (answer.status.as_u16(), answer.text("/data/provider"));
    // Keys for both: a card in rupiah is charged by whoever's script made its token.
    let both = World::with_stripe().await;
    let of_midtrans = json!({"cardToken": "481111-1114-0f2e4c7d"});
    assert_eq!(charged(&pay(&both, "k1", of_midtrans.clone()).await), (201, "midtrans".to_owned()));
    assert_eq!(charged(&pay(&both, "k2", json!({})).await), (201, "stripe".to_owned()));
    // Dollars are only Stripe's.
    let dollars = World::with_stripe().await;
    dollars.in_dollars().await;
    let answer = pay(&dollars, "k1", json!({})).await;
    assert_eq!(charged(&answer), (201, "stripe".to_owned()));
    assert_eq!(dollars.stripe.intent(&answer.text("/data/id"))["amount"], 2_999);
    // Keys for Stripe alone.
    let one = World::with_stripe().await;
    one.stack.secrets.put(format!("ruko/test/tenants/{}/midtrans", one.tenant), "{}");
    assert_eq!(charged(&pay(&one, "k1", json!({})).await), (201, "stripe".to_owned()));
    // And for Midtrans alone.
    let other = World::open().await;
    other.in_dollars().await;
    for (at, method) in ["card", "bca_va"].into_iter().enumerate() {
        let answer =
            pay(&other, &format!("k{at}"), json!({ "method": method, "cardToken": of_midtrans["cardToken"] })).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text("/code").as_str()),
            (422, "CURRENCY_NOT_SUPPORTED"),
            "{method}"
        );
    }
    let answer = pay(&other, "k9", json!({"provider": "stripe"})).await;
    assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (409, "PROVIDER_NOT_CONFIGURED"));
}

#[tokio::test]
async fn stripe_takes_no_transfers() {
    let world = World::with_stripe().await;
    let answer = pay(&world, "k1", json!({"method": "bca_va", "provider": "stripe"})).await;
    assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (422, "METHOD_NOT_SUPPORTED"));
    assert_eq!(world.stripe.charges(), 0);
}
