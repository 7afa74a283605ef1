//! The adapter against a scripted server: what it sends, and what it makes of every answer.

use kernel::{Currency, Money};
use serde_json::{Value, json};

use super::*;
use crate::{
    Attempt, KnownBy, NextAction, Payment, RetryPolicy, drive,
    midtrans::scripted::{Answer, Script},
    payment::tests::new_payment,
    stripe::{
        account::tests::account,
        reading::tests::{ORDER, TENANT, charge, intent},
        request::tests::by_card,
    },
};

const PI: &str = "pi_1PgafyB7WZ01zgkWSjxsAJo3";

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> jiff::Timestamp {
        "2026-12-01T03:00:00Z".parse().unwrap()
    }
}

const QUICK: RetryPolicy =
    RetryPolicy { total: Duration::from_secs(4), retries: 3, first_pause: Duration::from_millis(1) };

pub(crate) async fn stripe(answers: Vec<Answer>) -> (Script, Stripe) {
    let (script, url) = Script::serve(answers).await;
    let stripe = Stripe::new(reqwest::Client::new(), account(), TENANT.parse().unwrap(), Arc::new(Fixed))
        .at(&url)
        .answering_within(Duration::from_millis(200))
        .returning_to("https://ruko.example".to_owned());
    (script, stripe)
}

/// What may have happened is asked about once more, within the time of a caller who waits.
#[test]
fn two_calls_without_an_answer_fit_into_the_time_of_who_waits() {
    assert!(CALL_TIMEOUT * 2 <= RetryPolicy::INTERACTIVE.total);
}

async fn charge_by(stripe: &Stripe, attempt: Attempt) -> Result<Charged, ProviderError> {
    drive(stripe, &by_card("pm_card_visa"), attempt, QUICK).await
}

fn asks() -> Value {
    let mut asks = intent("requires_action");
    asks["next_action"] = json!({"type": "redirect_to_url",
        "redirect_to_url": {"url": "https://hooks.stripe.com/3d_secure_2/x", "return_url": "https://toko.example/paid"}});
    asks
}

fn paid() -> Value {
    let mut paid = intent("succeeded");
    paid["latest_charge"] = charge(0);
    paid
}

fn found(intents: &[Value]) -> Answer {
    Answer::Json(200, json!({"object": "search_result", "data": intents, "has_more": false}))
}

fn fault(kind: &str, code: &str) -> Value {
    json!({"error": {"type": kind, "code": code, "message": "Your card was declined.", "param": ""}})
}

#[tokio::test]
async fn a_charge_carries_key_version_and_credentials() {
    let (script, stripe) = stripe(vec![Answer::Json(200, paid())]).await;
    let charged = charge_by(&stripe, Attempt::First).await.unwrap();
    assert_eq!((&charged.status.observed, &charged.next_action), (&Observed::Settled, &None));
    assert_eq!(charged.status.gross, Money::new(100_000, Currency::IDR));
    assert_eq!((charged.status.order_id.as_str(), charged.status.transaction_id.as_str()), (ORDER, PI));
    let [asked] = script.asked().try_into().unwrap();
    assert_eq!(asked.line, "POST /v1/payment_intents");
    let header = |name: &str| asked.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("authorization").unwrap(), "Bearer sk_test_4eC39HqLyjWDarjtT1zdp7dc");
    assert_eq!(header("idempotency-key").unwrap(), format!("{ORDER}-charge"));
    assert_eq!(header("stripe-version").unwrap(), "2026-10-28.endive");
    assert_eq!(header("content-type").unwrap(), "application/x-www-form-urlencoded");
    assert!(asked.text.contains("amount=10000000&currency=idr&confirm=true"), "{}", asked.text);
}

#[tokio::test]
async fn a_bank_that_asks_is_a_page_to_open() {
    let (_, stripe) = stripe(vec![Answer::Json(200, asks())]).await;
    let charged = charge_by(&stripe, Attempt::First).await.unwrap();
    let url = "https://hooks.stripe.com/3d_secure_2/x".to_owned();
    assert_eq!((charged.status.observed, charged.next_action), (Observed::Pending, Some(NextAction::Redirect { url })));
}

#[tokio::test]
async fn a_declined_card_is_refused_with_stripes_sentence() {
    let mut declined = fault("card_error", "card_declined");
    declined["error"]["payment_intent"] = intent("requires_payment_method");
    let (script, stripe) = stripe(vec![Answer::Json(402, declined)]).await;
    let (code, message) = ("card_declined".to_owned(), "Your card was declined.".to_owned());
    let refused = ProviderError::Declined { code, message };
    assert_eq!(charge_by(&stripe, Attempt::First).await, Err(refused));
    assert_eq!(script.lines().len(), 1, "the same card is not tried again");
}

#[tokio::test]
async fn a_busy_stripe_is_asked_again_under_the_same_key() {
    let answers = vec![
        Answer::Told(429, fault("invalid_request_error", "rate_limit"), [("stripe-should-retry", "true")]),
        Answer::Json(409, fault("idempotency_error", "idempotency_key_in_use")),
        Answer::Told(400, fault("invalid_request_error", "lock_timeout"), [("stripe-should-retry", "true")]),
        Answer::Json(200, paid()),
    ];
    let (script, stripe) = stripe(answers).await;
    assert_eq!(charge_by(&stripe, Attempt::First).await.unwrap().status.observed, Observed::Settled);
    let keys: Vec<_> = script.asked().into_iter().map(|asked| asked.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys.len(), 4);
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[tokio::test]
async fn a_refusal_that_trying_again_does_not_change_is_final() {
    let told = Answer::Told(429, fault("invalid_request_error", "rate_limit"), [("stripe-should-retry", "false")]);
    let (script, stripe) = stripe(vec![told]).await;
    assert!(matches!(charge_by(&stripe, Attempt::First).await, Err(ProviderError::Refused { code: 429, .. })));
    assert_eq!(script.lines().len(), 1);
}

/// The search finds it late: charging again under the same key gets the first charge back.
#[tokio::test]
async fn a_lost_answer_is_found_or_asked_for_again_under_the_same_key() {
    let (script, first) = stripe(vec![Answer::Silence, found(&[]), Answer::Json(200, paid())]).await;
    assert_eq!(charge_by(&first, Attempt::First).await.unwrap().status.transaction_id, PI);
    let asked = script.asked();
    assert!(asked[1].line.starts_with("GET /v1/payment_intents/search?query=metadata%5B%27payment_id%27%5D%3A%27pay_"));
    assert_eq!(asked[0].headers["idempotency-key"], asked[2].headers["idempotency-key"]);

    let (script, second) = stripe(vec![Answer::Page(502), found(&[paid()])]).await;
    assert_eq!(charge_by(&second, Attempt::First).await.unwrap().status.observed, Observed::Settled);
    assert_eq!(script.lines().len(), 2);
}

/// Another release of ours may build the charge differently: the key has been used, so there is a charge.
#[tokio::test]
async fn a_key_that_was_used_with_other_parameters_leads_to_the_first_charge() {
    let answers = vec![Answer::Json(400, fault("idempotency_error", "")), found(&[asks()])];
    let (_, stripe) = stripe(answers).await;
    assert_eq!(charge_by(&stripe, Attempt::First).await.unwrap().status.transaction_id, PI);
}

#[tokio::test]
async fn a_charge_that_is_taken_up_is_looked_for_first() {
    let (script, stripe) = stripe(vec![found(&[asks()])]).await;
    assert!(charge_by(&stripe, Attempt::Resumed).await.unwrap().next_action.is_some());
    assert_eq!(script.lines().len(), 1);
}

#[tokio::test]
async fn a_payment_is_asked_about_by_stripes_name_once_it_is_known() {
    let (script, stripe) = stripe(vec![Answer::Json(200, paid()), found(&[asks(), paid()])]).await;
    let begun = Payment::begin(new_payment(crate::Method::Card, 100_000), Stripe::capabilities()).unwrap();
    assert_eq!(begun.asked_by(stripe.capabilities()), ORDER);
    let known = Payment { transaction_id: Some(PI.to_owned()), ..begun.clone() };
    assert_eq!(known.asked_by(stripe.capabilities()), PI);
    let by_order = Capabilities { known_by: KnownBy::OrderId, ..Stripe::capabilities().clone() };
    assert_eq!(known.asked_by(&by_order), ORDER);
    for payment in [known, begun] {
        let status = stripe.status(&payment.asked_by(stripe.capabilities())).await.unwrap().status;
        assert_eq!(status.observed, Observed::Settled, "of two the one with the money counts");
    }
    assert_eq!(script.lines()[0], format!("GET /v1/payment_intents/{PI}?expand%5B0%5D=latest_charge"));
}

#[tokio::test]
async fn what_is_not_ours_is_not_found() {
    let mut neighbour = paid();
    neighbour["metadata"]["tenant"] = json!("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y");
    let missing = Answer::Json(404, fault("invalid_request_error", "resource_missing"));
    let (script, stripe) = stripe(vec![Answer::Json(200, neighbour.clone()), missing, found(&[neighbour])]).await;
    for id in [PI, "pi_2", ORDER, "", "../v1", "pi_1/cancel", "x' OR 'y"] {
        assert_eq!(stripe.status(id).await, Err(ProviderError::NotFound), "{id}");
    }
    assert_eq!(script.lines().len(), 3, "what cannot be a name is asked of nobody");
}

#[tokio::test]
async fn ending_a_payment_says_why_and_twice_is_as_once() {
    let mut expired = intent("canceled");
    expired["cancellation_reason"] = json!("abandoned");
    let locked = || Answer::Json(400, fault("invalid_request_error", "payment_intent_unexpected_state"));
    let answers = vec![
        Answer::Json(200, asks()),
        Answer::Json(200, expired.clone()),
        Answer::Json(200, expired.clone()),
        locked(),
        Answer::Json(200, expired),
        Answer::Json(200, paid()),
        locked(),
        Answer::Json(200, paid()),
    ];
    let (script, stripe) = stripe(answers).await;
    for _ in 0..2 {
        assert_eq!(stripe.expire(PI).await.unwrap().observed, Observed::Expired);
    }
    assert_eq!(stripe.cancel(PI).await, Err(ProviderError::StateLocked));
    let asked = script.asked();
    assert_eq!(asked[1].line, format!("POST /v1/payment_intents/{PI}/cancel"));
    assert!(asked[1].text.starts_with("cancellation_reason=abandoned"), "{}", asked[1].text);
    assert!(asked[6].text.starts_with("cancellation_reason=requested_by_customer"), "{}", asked[6].text);
}

#[tokio::test]
async fn nobody_there_is_not_sent_and_a_page_is_unknown() {
    let gone = Stripe::new(reqwest::Client::new(), account(), TENANT.parse().unwrap(), Arc::new(Fixed))
        .at("http://127.0.0.1:9");
    assert_eq!(gone.status(PI).await, Err(ProviderError::NotSent));
    let (_, stripe) = stripe(vec![Answer::Page(200), Answer::Page(404), Answer::Json(401, fault("x", ""))]).await;
    assert_eq!(stripe.status(PI).await, Err(ProviderError::Unknown));
    assert_eq!(stripe.status(PI).await, Err(ProviderError::Unknown));
    assert_eq!(stripe.status(PI).await, Err(ProviderError::Credentials));
}
