//! The adapter's happy path against localstripe, a Stripe that others wrote: `cargo xtask peers` starts it and runs this.
//!
//! localstripe knows neither idempotency keys nor search, refunds more than there was, and sends few events; those are held
//! to the fake of the local cloud.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be set up must stop")]

use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use kernel::{Clock, Currency, Money, Provider, Secret, Timestamp};
use payments::{
    ChargeOrder, Means, Method, Observed, Payer, PaymentProvider, ProviderError, RefundOrder, RefundOutcome, Says,
    WebhookCall,
    stripe::{Stripe, StripeAccount},
};
use serde_json::{Value, json};

const KEY: &str = "sk_test_localstripe";
const SECRET: &str = "whsec_local";

/// localstripe signs with the time of this machine.
struct Real;

impl Clock for Real {
    #[expect(clippy::disallowed_methods, reason = "the server runs on the time of this machine")]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

/// What it sent: headers and body.
type Sent = tokio::sync::mpsc::UnboundedReceiver<(HeaderMap, Vec<u8>)>;

async fn hook() -> (String, Sent) {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let keep = move |headers: HeaderMap, body: axum::body::Bytes| {
        let _nobody_listens = sender.send((headers, body.to_vec()));
        std::future::ready(())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(keep);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, receiver)
}

async fn post(url: &str, form: &[(&str, &str)]) -> Value {
    let call = reqwest::Client::new().post(url).bearer_auth(KEY).form(form);
    let text = call.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A payment method of this card, as a browser makes one.
async fn card(url: &str, number: &str) -> String {
    let form = [
        ("type", "card"),
        ("card[number]", number),
        ("card[exp_month]", "12"),
        ("card[exp_year]", "2034"),
        ("card[cvc]", "123"),
    ];
    post(&format!("{url}/v1/payment_methods"), &form).await["id"].as_str().unwrap().to_owned()
}

fn charge(number: u32, token: &str) -> ChargeOrder {
    ChargeOrder {
        payment: format!("pay_01JD2Z3M4N5P6Q7R8S9T{number:06}").parse().unwrap(),
        tenant: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        amount: dollars(2_999),
        method: Method::Card,
        // localstripe takes neither a description nor a place to return to.
        items: Vec::new(),
        payer: Payer { name: "Budi".to_owned(), email: None },
        return_url: None,
        means: Means::Card { token: Secret::new(token.to_owned()) },
        payable: None,
    }
}

fn dollars(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

#[tokio::test]
#[ignore = "needs localstripe, which `cargo xtask peers` starts"]
async fn a_card_is_charged_refunded_and_told_of() {
    #[expect(clippy::disallowed_methods, reason = "whoever starts localstripe says where it is")]
    let url = std::env::var("LOCALSTRIPE_URL").unwrap();
    let (hook, mut sent) = hook().await;
    post(&format!("{url}/_config/webhooks/ruko"), &[("url", &hook), ("secret", SECRET)]).await;
    let account = json!({"secretKey": KEY, "publishableKey": "pk_test_1", "webhookSecrets": [SECRET]});
    let account: StripeAccount = serde_json::from_value(account).unwrap();
    let tenant = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let stripe = Stripe::new(reqwest::Client::new(), account, tenant, Arc::new(Real)).at(&url);
    assert_eq!(stripe.capabilities().provider, Provider::Stripe);

    // Charged, and asked about.
    let order = charge(1, &card(&url, "4242424242424242").await);
    let charged = PaymentProvider::charge(&stripe, &order).await.unwrap();
    assert_eq!((&charged.status.observed, charged.status.gross), (&Observed::Settled, dollars(2_999)));
    assert_eq!(charged.status.order_id, order.payment.to_string());
    let intent = charged.status.transaction_id.clone();
    assert_eq!(stripe.status(&intent).await.unwrap().status.observed, Observed::Settled);

    // Refunded once under one key, though this server knows no idempotency keys.
    let refund = |key: &str, before: i64, amount: i64| RefundOrder {
        id: intent.clone(),
        key: key.to_owned(),
        captured: dollars(2_999),
        before: dollars(before),
        amount: dollars(amount),
        reason: "out of stock".to_owned(),
    };
    for (key, before, amount, total) in [("r-1", 0, 1_000, 1_000), ("r-1", 0, 1_000, 1_000), ("r-2", 1_000, 500, 1_500)]
    {
        let RefundOutcome::Accepted(status) = stripe.refund(&refund(key, before, amount)).await.unwrap() else {
            panic!("{key} was denied")
        };
        assert_eq!(status.observed, Observed::PartiallyRefunded { total: Some(dollars(total)) }, "{key}");
    }
    let RefundOutcome::Accepted(all) = stripe.refund(&refund("r-3", 1_500, 1_499)).await.unwrap() else {
        panic!("denied")
    };
    assert_eq!(all.observed, Observed::Refunded);

    // Told of, with a signature that it made.
    let word = loop {
        let (headers, body) = tokio::time::timeout(Duration::from_secs(10), sent.recv()).await.unwrap().unwrap();
        let at = Timestamp::from(Real.now());
        let heard = stripe.hear(&WebhookCall { headers: &headers, body: &body, at }).unwrap();
        if let Some(word) = heard.filter(|word| word.order_id == order.payment.to_string()) {
            let other = String::from_utf8_lossy(&body).replace("2999", "2998");
            assert!(stripe.hear(&WebhookCall { headers: &headers, body: other.as_bytes(), at }).is_err());
            break word;
        }
    };
    let Says::Status(says) = word.says else { panic!("{word:?}") };
    assert_eq!((says.transaction_id, word.ask_for), (intent.clone(), intent));
    assert!(matches!(says.observed, Observed::Settled | Observed::PartiallyRefunded { .. } | Observed::Refunded));

    // Declined, and asked about by the bank.
    let declined = charge(2, &card(&url, "4000000000000341").await);
    let refused = PaymentProvider::charge(&stripe, &declined).await;
    assert!(matches!(refused, Err(ProviderError::Refused { code: 402, .. })), "{refused:?}");
    let asks = charge(3, &card(&url, "4000002500003155").await);
    let waiting = PaymentProvider::charge(&stripe, &asks).await.unwrap().status;
    assert_eq!(waiting.observed, Observed::Pending);
}
