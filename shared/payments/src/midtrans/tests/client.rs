//! The adapter against a scripted server: what it sends, and what it makes of every answer.

use kernel::{Currency, Money};

use super::*;
use crate::{
    Attempt, Method, NextAction, RetryPolicy, ask, drive, give_back,
    midtrans::{
        account::tests::account,
        request::tests::charge_by,
        scripted::{Answer, Script},
    },
};

const ORDER: &str = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> jiff::Timestamp {
        "2026-12-01T03:00:00Z".parse().unwrap()
    }
}

const QUICK: RetryPolicy =
    RetryPolicy { total: Duration::from_secs(4), retries: 3, first_pause: Duration::from_millis(1) };

/// A charge that is tried until its outcome is known.
async fn charge(midtrans: &Midtrans) -> Result<Charged, ProviderError> {
    drive(midtrans, &charge_by(Method::BcaVa), Attempt::First, QUICK).await
}

async fn midtrans(answers: Vec<Answer>) -> (Script, Midtrans) {
    let (script, url) = Script::serve(answers).await;
    let midtrans = Midtrans::new(reqwest::Client::new(), account(), Some(&url), Arc::new(Fixed))
        .answering_within(Duration::from_millis(200))
        .notifying("https://ruko.example/api/v1/webhooks/midtrans/tnt_1".to_owned());
    (script, midtrans)
}

fn transaction(code: &str, status: &str) -> Value {
    json!({"status_code": code, "status_message": "ok", "transaction_id": "9aed5972-5b6a-401e-894b-a32c91ed1a3a",
        "order_id": ORDER, "merchant_id": "G141532850", "gross_amount": "100000.00", "currency": "IDR",
        "payment_type": "bank_transfer", "transaction_time": "2026-12-01 10:00:00", "transaction_status": status,
        "fraud_status": "accept", "va_numbers": [{"bank": "bca", "va_number": "812785002530231"}],
        "expiry_time": "2026-12-02 10:00:00"})
}

fn fault(code: u16) -> Value {
    json!({"status_code": code.to_string(), "status_message": "m", "id": "x"})
}

fn va() -> NextAction {
    NextAction::VirtualAccount { bank: "bca".to_owned(), va_number: "812785002530231".to_owned() }
}

#[tokio::test]
async fn a_charge_carries_key_credentials_and_where_to_notify() {
    let (script, midtrans) = midtrans(vec![Answer::Json(201, transaction("201", "pending"))]).await;
    let charged = charge(&midtrans).await.unwrap();
    assert_eq!(charged.next_action, Some(va()));
    assert_eq!(charged.expires_at.unwrap().to_string(), "2026-12-02T03:00:00.000Z");
    assert_eq!((charged.status.observed, charged.status.heard), (Observed::Pending, Heard::Confirmed));
    assert_eq!(charged.status.at.to_string(), "2026-12-01T03:00:00.000Z");
    let [asked] = script.asked().try_into().unwrap();
    assert_eq!(asked.line, "POST /v2/charge");
    let header = |name: &str| asked.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("authorization").unwrap(), "Basic U0ItTWlkLXNlcnZlci1URVNUS0VZMTIzNDU2Nzg5MDo=");
    assert_eq!(header("idempotency-key").unwrap(), format!("{ORDER}-charge"));
    assert_eq!(header("accept").unwrap(), "application/json");
    assert_eq!(header("content-type").unwrap(), "application/json");
    assert_eq!(header("x-override-notification").unwrap(), "https://ruko.example/api/v1/webhooks/midtrans/tnt_1");
    assert_eq!(asked.body["transaction_details"]["order_id"], ORDER);
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_under_the_same_key() {
    let answers = vec![
        Answer::Json(429, fault(429)),
        Answer::Json(202, json!({"status_code": "202", "status_message": "in flight"})),
        Answer::Json(201, transaction("201", "pending")),
    ];
    let (script, midtrans) = midtrans(answers).await;
    assert_eq!(charge(&midtrans).await.unwrap().next_action, Some(va()));
    let keys: Vec<_> = script.asked().iter().map(|asked| asked.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[tokio::test]
async fn an_unknown_outcome_is_looked_up_before_charging_again() {
    for lost in [Answer::Silence, Answer::Page(504), Answer::Json(500, fault(500)), Answer::Page(200)] {
        // It had happened.
        let (script, midtrans) = midtrans(vec![lost, Answer::Json(200, transaction("201", "pending"))]).await;
        assert_eq!(charge(&midtrans).await.unwrap().next_action, Some(va()));
        assert_eq!(script.lines(), ["POST /v2/charge".to_owned(), format!("GET /v2/{ORDER}/status")]);
    }
    // It had not.
    let answers =
        vec![Answer::Silence, Answer::Json(404, fault(404)), Answer::Json(201, transaction("201", "pending"))];
    let (script, midtrans) = midtrans(answers).await;
    assert_eq!(charge(&midtrans).await.unwrap().next_action, Some(va()));
    assert_eq!(script.lines(), ["POST /v2/charge", &format!("GET /v2/{ORDER}/status"), "POST /v2/charge"]);
}

#[tokio::test]
async fn an_outcome_that_stays_unknown_is_said_to_be_unknown() {
    let answers = (0..8).map(|_| Answer::Page(503)).collect();
    let (script, midtrans) = midtrans(answers).await;
    assert_eq!(charge(&midtrans).await, Err(ProviderError::Unknown));
    let posts = script.lines().iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!((posts, script.lines().len()), (1, 4), "charged again without knowing");
}

#[tokio::test]
async fn a_duplicate_order_is_the_payment_itself() {
    for (status, body) in [(200, fault(406)), (406, fault(406))] {
        let (script, midtrans) =
            midtrans(vec![Answer::Json(status, body), Answer::Json(200, transaction("200", "settlement"))]).await;
        let found = charge(&midtrans).await.unwrap();
        assert_eq!((found.status.observed, found.next_action), (Observed::Settled, None));
        assert_eq!(script.lines().len(), 2);
    }
}

#[tokio::test]
async fn refusals_are_final_and_not_retried() {
    let validation = json!({"status_code": "400", "validation_messages": ["gross_amount is not equal"]});
    for (body, expected) in [
        (validation, ProviderError::Refused { code: 400, message: "gross_amount is not equal".to_owned() }),
        (fault(402), ProviderError::Refused { code: 402, message: "m".to_owned() }),
        (fault(401), ProviderError::Credentials),
        (fault(412), ProviderError::StateLocked),
    ] {
        for http_status in [200, 400] {
            let (script, midtrans) = midtrans(vec![Answer::Json(http_status, body.clone())]).await;
            assert_eq!(charge(&midtrans).await, Err(expected.clone()));
            assert_eq!(script.lines().len(), 1);
        }
    }
}

#[tokio::test]
async fn an_answer_of_another_merchant_is_not_taken() {
    let mut foreign = transaction("201", "pending");
    foreign["merchant_id"] = json!("G999");
    let (_, midtrans) = midtrans(vec![Answer::Json(201, foreign)]).await;
    let got = charge(&midtrans).await;
    assert_eq!(got, Err(ProviderError::Mismatch(crate::Quarantine::ForeignMerchant)));
}

#[tokio::test]
async fn nothing_is_sent_for_another_currency() {
    let (script, midtrans) = midtrans(Vec::new()).await;
    let dollars = ChargeOrder { amount: Money::new(2999, Currency::USD), ..charge_by(Method::BcaVa) };
    let refused = midtrans.charge(&dollars).await.unwrap_err();
    assert_eq!(kernel::Fault::kind(&refused), kernel::FaultKind::Invalid);
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_was_sent_nothing() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let midtrans = Midtrans::new(reqwest::Client::new(), account(), Some(&url), Arc::new(Fixed));
    assert_eq!(charge(&midtrans).await, Err(ProviderError::NotSent));
    assert_eq!(midtrans.status(ORDER).await, Err(ProviderError::NotSent));
}

#[tokio::test]
async fn the_total_time_is_bounded() {
    let (_, midtrans) = midtrans((0..9).map(|_| Answer::Silence).collect()).await;
    let hasty = RetryPolicy { total: Duration::from_millis(300), ..QUICK };
    let charge = charge_by(Method::BcaVa);
    let charged = drive(&midtrans, &charge, Attempt::First, hasty);
    let charged = tokio::time::timeout(Duration::from_secs(2), charged).await;
    assert_eq!(charged.unwrap(), Err(ProviderError::Unknown));
}

#[tokio::test]
async fn a_status_is_read_whatever_its_code() {
    for (http_status, code, status, observed) in [
        (200, "200", "PENDING", Observed::Pending),
        (200, "200", "settlement", Observed::Settled),
        (407, "407", "expire", Observed::Expired),
        (200, "407", "expire", Observed::Expired),
        (200, "202", "deny", Observed::Failed),
        (200, "202", "expire", Observed::Expired),
    ] {
        let (script, midtrans) = midtrans(vec![Answer::Json(http_status, transaction(code, status))]).await;
        assert_eq!(midtrans.status(ORDER).await.unwrap().status.observed, observed, "{code} {status}");
        assert_eq!(script.lines(), [format!("GET /v2/{ORDER}/status")]);
    }
    let (_, gone) = midtrans(vec![Answer::Json(200, fault(404))]).await;
    assert_eq!(gone.status(ORDER).await, Err(ProviderError::NotFound));
    let (_, shaky) = midtrans(vec![Answer::Page(502), Answer::Json(200, transaction("200", "settlement"))]).await;
    assert_eq!(ask(&shaky, ORDER, QUICK).await.unwrap().status.observed, Observed::Settled);
}

#[tokio::test]
async fn ids_from_outside_cannot_leave_their_place_in_the_path() {
    let (script, midtrans) = midtrans(Vec::new()).await;
    for bad in ["", "a/b", "../v2", "a?b", "a#b", "a b", "a%2fb"] {
        assert_eq!(midtrans.status(bad).await, Err(ProviderError::NotFound), "{bad}");
    }
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn cancel_and_expire_tell_the_new_status() {
    let answers =
        vec![Answer::Json(200, transaction("200", "cancel")), Answer::Json(200, transaction("407", "expire"))];
    let (script, midtrans) = midtrans(answers).await;
    assert_eq!(midtrans.cancel(ORDER).await.unwrap().observed, Observed::Cancelled);
    assert_eq!(midtrans.expire(ORDER).await.unwrap().observed, Observed::Expired);
    assert_eq!(script.lines(), [format!("POST /v2/{ORDER}/cancel"), format!("POST /v2/{ORDER}/expire")]);
}

fn refund() -> RefundOrder {
    RefundOrder {
        id: ORDER.to_owned(),
        key: "ref_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
        captured: Money::new(100_000, Currency::IDR),
        before: Money::new(7_000, Currency::IDR),
        amount: Money::new(5_000, Currency::IDR),
        reason: "out of stock".to_owned(),
    }
}

#[tokio::test]
async fn a_refund_is_accepted_denied_or_locked() {
    let mut partly = transaction("200", "partial_refund");
    partly["refund_amount"] = json!("12000.00");
    let (script, accepted) = midtrans(vec![Answer::Json(200, partly.clone())]).await;
    let RefundOutcome::Accepted(status) = accepted.refund(&refund()).await.unwrap() else { panic!() };
    assert_eq!(status.observed, Observed::PartiallyRefunded { total: Some(Money::new(12_000, Currency::IDR)) });
    let [asked] = script.asked().try_into().unwrap();
    assert_eq!(asked.body["amount"], 5_000);
    let key = asked.headers["idempotency-key"].to_str().unwrap().to_owned();
    assert!(key.len() <= 46 && key.ends_with("-refund"), "{key}");

    let mut denied = transaction("202", "settlement");
    denied["refund_amount"] = json!("0.00");
    let (_, refused) = midtrans(vec![Answer::Json(200, denied)]).await;
    assert_eq!(refused.refund(&refund()).await, Ok(RefundOutcome::Denied));

    let (_, known) = midtrans(vec![Answer::Json(406, fault(406)), Answer::Json(200, partly)]).await;
    assert!(matches!(give_back(&known, &refund(), QUICK).await, Ok(RefundOutcome::Accepted(_))));

    let (_, locked) = midtrans(vec![Answer::Json(412, fault(412))]).await;
    assert_eq!(locked.refund(&refund()).await, Err(ProviderError::StateLocked));

    let (script, long) = midtrans(Vec::new()).await;
    let key = "r".repeat(40);
    assert!(matches!(long.refund(&RefundOrder { key, ..refund() }).await, Err(ProviderError::NotWellFormed(_))));
    assert!(script.lines().is_empty());
}

#[tokio::test]
async fn a_resumed_charge_asks_before_it_charges() {
    let unknown = vec![Answer::Json(404, fault(404)), Answer::Json(201, transaction("201", "pending"))];
    let (script, fresh) = midtrans(unknown).await;
    assert_eq!(
        drive(&fresh, &charge_by(Method::BcaVa), Attempt::Resumed, QUICK).await.unwrap().next_action,
        Some(va())
    );
    assert_eq!(script.lines(), [format!("GET /v2/{ORDER}/status"), "POST /v2/charge".to_owned()]);

    let (script, known) = midtrans(vec![Answer::Json(200, transaction("200", "settlement"))]).await;
    let found = drive(&known, &charge_by(Method::BcaVa), Attempt::Resumed, QUICK).await.unwrap();
    assert_eq!((found.status.observed, script.lines().len()), (Observed::Settled, 1));

    // How to pay was lost with the first answer: the same key brings it back.
    let mut mute = transaction("201", "pending");
    mute.as_object_mut().unwrap().remove("va_numbers");
    let answers = vec![Answer::Json(200, mute.clone()), Answer::Json(201, transaction("201", "pending"))];
    let (_, replayed) = midtrans(answers).await;
    assert_eq!(
        drive(&replayed, &charge_by(Method::BcaVa), Attempt::Resumed, QUICK).await.unwrap().next_action,
        Some(va())
    );

    // The provider has forgotten the key: the payment stands, without the account number.
    let answers = vec![Answer::Json(200, mute.clone()), Answer::Json(406, fault(406)), Answer::Json(200, mute)];
    let (_, forgotten) = midtrans(answers).await;
    let found = drive(&forgotten, &charge_by(Method::BcaVa), Attempt::Resumed, QUICK).await.unwrap();
    assert_eq!((found.status.observed, found.next_action), (Observed::Pending, None));
}

/// The address of a page, and what Snap answers when it opens one.
fn page(token: &str) -> (NextAction, Value) {
    let url = format!("https://app.sandbox.midtrans.com/snap/v4/redirection/{token}");
    (NextAction::Redirect { url: url.clone() }, json!({"token": token, "redirect_url": url}))
}

#[tokio::test]
async fn a_page_is_opened_at_snap_and_again_when_its_answer_was_lost() {
    let (to, opened) = page("66e4fa55-1");
    for method in [Method::Dana, Method::MidtransPage] {
        let lost = vec![Answer::Silence, Answer::Json(404, fault(404)), Answer::Json(201, opened.clone())];
        let (script, midtrans) = midtrans(lost).await;
        let charged = drive(&midtrans, &charge_by(method), Attempt::First, QUICK).await.unwrap();
        assert_eq!((charged.status.observed, charged.next_action.as_ref()), (Observed::PageOpen, Some(&to)));
        assert_eq!(charged.expires_at.unwrap().to_string(), "2026-12-02T03:00:00.000Z");
        let snap = "POST /snap/v1/transactions";
        assert_eq!(script.lines(), [snap, &format!("GET /v2/{ORDER}/status"), snap]);
        let asked = script.asked().pop().unwrap();
        assert!(asked.headers.contains_key("x-override-notification") && asked.headers.contains_key("authorization"));
        assert_eq!(asked.body["transaction_details"]["order_id"], ORDER);
    }
}

#[tokio::test]
async fn an_order_that_snap_has_already_is_asked_about() {
    let taken = json!({"error_messages": ["transaction_details.order_id has already been taken"]});
    let (_, midtrans) =
        midtrans(vec![Answer::Json(400, taken), Answer::Json(200, transaction("201", "pending"))]).await;
    let found = drive(&midtrans, &charge_by(Method::MidtransPage), Attempt::First, QUICK).await.unwrap();
    assert_eq!((found.status.observed, found.next_action), (Observed::Pending, Some(va())));
}

#[tokio::test]
async fn a_page_is_closed_by_its_token() {
    let (NextAction::Redirect { url }, _) = page("66e4fa55-1") else { panic!() };
    let (script, midtrans) =
        midtrans(vec![Answer::Json(200, json!({"canceled_at": "2026-12-01T03:00:00.000Z"}))]).await;
    assert_eq!(midtrans.close_page(&url).await, Ok(()));
    assert_eq!(midtrans.close_page("https://app.sandbox.midtrans.com/").await, Err(ProviderError::NotFound));
    assert_eq!(script.lines(), ["POST /snap/v1/transactions/66e4fa55-1/cancel"]);
}

#[test]
fn snap_is_where_its_world_is() {
    let at = |base: Option<&str>| Midtrans::new(reqwest::Client::new(), account(), base, Arc::new(Fixed)).snap_url;
    assert_eq!(at(None), "https://app.sandbox.midtrans.com/snap/v1");
    assert_eq!(at(Some("https://api.midtrans.com/")), "https://app.midtrans.com/snap/v1");
    assert_eq!(at(Some("http://127.0.0.1:9913/")), "http://127.0.0.1:9913/snap/v1");
}

#[tokio::test]
async fn held_money_is_captured_by_transaction_and_amount() {
    let mut captured = transaction("200", "capture");
    captured["gross_amount"] = json!("60000.00");
    let answers = vec![Answer::Json(200, captured), Answer::Json(412, fault(412)), Answer::Json(200, fault(414))];
    let (script, midtrans) = midtrans(answers).await;
    let amount = Money::new(60_000, Currency::IDR);
    let status = midtrans.capture("9aed5972", amount).await.unwrap();
    assert_eq!((status.observed, status.gross), (Observed::Captured, amount));
    assert_eq!(midtrans.capture("9aed5972", amount).await, Err(ProviderError::StateLocked));
    assert!(matches!(midtrans.capture("9aed5972", amount).await, Err(ProviderError::Refused { code: 414, .. })));
    let asked = &script.asked()[0];
    assert_eq!(asked.line, "POST /v2/capture");
    assert_eq!(asked.body, json!({"transaction_id": "9aed5972", "gross_amount": 60_000}));
}

#[tokio::test]
async fn a_challenge_is_decided() {
    let mut denied = transaction("200", "deny");
    denied["fraud_status"] = json!("deny");
    let answers = vec![Answer::Json(200, transaction("200", "capture")), Answer::Json(200, denied)];
    let (script, midtrans) = midtrans(answers).await;
    assert_eq!(midtrans.approve(ORDER).await.unwrap().observed, Observed::Captured);
    assert_eq!(midtrans.deny(ORDER).await.unwrap().observed, Observed::Failed);
    assert_eq!(script.lines(), [format!("POST /v2/{ORDER}/approve"), format!("POST /v2/{ORDER}/deny")]);
}

/// The keys of operations differ, and none is longer than Midtrans reads.
#[tokio::test]
async fn no_key_is_longer_than_what_is_read_and_none_is_of_two_operations() {
    let answers =
        vec![Answer::Json(201, transaction("201", "pending")), Answer::Json(200, transaction("200", "refund"))];
    let (script, midtrans) = midtrans(answers).await;
    midtrans.charge(&charge_by(Method::BcaVa)).await.unwrap();
    midtrans.refund(&refund()).await.unwrap();
    let keys: Vec<String> =
        script.asked().iter().map(|asked| asked.headers["idempotency-key"].to_str().unwrap().to_owned()).collect();
    assert!(keys.iter().all(|key| key.len() <= 46) && keys[0] != keys[1], "{keys:?}");
}

#[tokio::test]
async fn a_call_is_made_once_and_repeated_by_whoever_calls() {
    for answer in [Answer::Page(503), Answer::Json(429, fault(429))] {
        let (script, midtrans) = midtrans(vec![answer]).await;
        assert!(midtrans.charge(&charge_by(Method::BcaVa)).await.is_err());
        assert_eq!(script.lines(), ["POST /v2/charge"]);
    }
}
