//! Checkout: a page of Stripe's own, where the payer enters a card. A session is the page; what is paid on it is a payment intent,
//! which Stripe makes when the payer first sends the page's form (docs.stripe.com/api/checkout/sessions).
//!
//! A card that is declined there ends nothing: the payer tries another one on the same page, and on the same payment intent.
//! That one cannot be cancelled: its session is ended.

use reqwest::Method as Verb;
use serde::Deserialize;

use crate::stripe::{
    amount,
    client::Stripe,
    form::Form,
    reading::instant,
    request::{description, not_chargeable},
    wire::{Intent, WirePage, lenient},
};
use crate::{CardWord, ChargeOrder, Charged, Heard, NextAction, Observed, ProviderError, ProviderStatus};

/// What stands in the metadata of a payment intent that is paid there.
pub(crate) const MARK: &str = "checkout";

/// A session.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Session {
    #[serde(deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    url: Option<String>,
    /// `open`, `complete` or `expired`.
    #[serde(deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(deserialize_with = "lenient")]
    expires_at: Option<i64>,
}

impl Intent {
    /// Whether it is paid on a page of Stripe's.
    pub(crate) fn is_of_page(&self) -> bool {
        self.metadata.page.as_deref() == Some(MARK)
    }
}

/// The form of `POST /v1/checkout/sessions`. It is the same on every try, as its key asks for, so that it names no time: a page
/// is open for a day. `fallback` is where payers go afterwards for whom the charge names no place.
///
/// # Errors
/// `Refused` for an amount that Stripe's units cannot say; `NotWellFormed` without a place to go to.
fn page(charge: &ChargeOrder, fallback: Option<&str>) -> Result<Form, ProviderError> {
    let amount = amount::to_wire(charge.amount).ok_or_else(|| not_chargeable(charge))?;
    let back = charge.return_url.as_deref().or(fallback);
    let back = back.ok_or(ProviderError::NotWellFormed("a page needs a place to go to afterwards"))?;
    let name = description(charge).unwrap_or_else(|| charge.payment.to_string());
    Ok(Form::default()
        .with("mode", "payment")
        .with("payment_method_types[0]", "card")
        .with("line_items[0][quantity]", &1)
        .with("line_items[0][price_data][currency]", &charge.amount.currency().code().to_ascii_lowercase())
        .with("line_items[0][price_data][unit_amount]", &amount)
        .with("line_items[0][price_data][product_data][name]", &name)
        // What is due is due in its own currency.
        .with("adaptive_pricing[enabled]", "false")
        .with("client_reference_id", &charge.payment)
        .with_some("customer_email", charge.payer.email.as_ref().map(kernel::Email::as_str))
        .with("metadata[payment_id]", &charge.payment)
        .with("metadata[tenant]", &charge.tenant)
        .with("payment_intent_data[description]", &name)
        .with("payment_intent_data[metadata][payment_id]", &charge.payment)
        .with("payment_intent_data[metadata][tenant]", &charge.tenant)
        .with("payment_intent_data[metadata][page]", MARK)
        .with("success_url", back)
        .with("cancel_url", back))
}

/// The name of a session, by the address of its page.
fn session_of(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (name.starts_with("cs_") && plain).then_some(name)
}

impl Stripe {
    /// Opens a page where the payer pays by card.
    pub(crate) async fn open_page(&self, charge: &ChargeOrder) -> Result<Charged, ProviderError> {
        let form = page(charge, self.return_url.as_deref())?;
        let key = format!("{}-page", charge.payment);
        let session: Session = self.call(Verb::POST, "/v1/checkout/sessions", Some(&key), &form).await?;
        // Without its name in the address nobody could take the page back.
        let url = session.url.filter(|url| session_of(url).is_some()).ok_or(ProviderError::Unknown)?;
        let order_id = charge.payment.to_string();
        let status = ProviderStatus {
            transaction_id: order_id.clone(),
            order_id,
            observed: Observed::PageOpen,
            gross: charge.amount,
            way: None,
            before_fee: None,
            settled_at: None,
            refund_confirmed_at: None,
            card: CardWord::default(),
            heard: Heard::Confirmed,
            at: self.now(),
        };
        let expires_at = instant(session.expires_at);
        Ok(Charged { status, next_action: Some(NextAction::Redirect { url }), expires_at })
    }

    /// Takes a page back where nobody has paid.
    pub(crate) async fn close_session_of(&self, url: &str) -> Result<(), ProviderError> {
        self.close_session(session_of(url).ok_or(ProviderError::NotFound)?).await
    }

    /// `Ok` when a session takes nobody any more; `StateLocked` when somebody has paid.
    async fn close_session(&self, id: &str) -> Result<(), ProviderError> {
        let path = format!("/v1/checkout/sessions/{id}");
        let closed: Result<Session, _> = self.call(Verb::POST, &format!("{path}/expire"), None, &Form::default()).await;
        let refusal = match closed {
            Ok(_) => return Ok(()),
            Err(error @ (ProviderError::Refused { .. } | ProviderError::StateLocked)) => error,
            Err(error) => return Err(error),
        };
        // Only one that is open can be ended.
        let session: Session = self.call(Verb::GET, &path, None, &Form::default()).await?;
        match session.status.as_deref() {
            Some("expired") => Ok(()),
            Some("complete") => Err(ProviderError::StateLocked),
            _ => Err(refusal),
        }
    }

    /// Ends the page of a payment intent that is paid on one, and with it the payment: as `ended`, unless it was paid.
    pub(crate) async fn end_page(&self, intent: &str, ended: Observed) -> Result<ProviderStatus, ProviderError> {
        let form = Form::default().with("payment_intent", intent).with("limit", &1);
        let found: WirePage<Session> = self.call(Verb::GET, "/v1/checkout/sessions", None, &form).await?;
        let session = found.data.first().and_then(|session| session.id.as_deref());
        self.close_session(session.ok_or(ProviderError::Unknown)?).await?;
        let after = self.charged(&self.find(intent).await?)?.status;
        match after.observed {
            // Whether Stripe has ended it yet or not: on a page that is over nobody pays.
            Observed::Pending | Observed::Cancelled | Observed::Expired => {
                Ok(ProviderStatus { observed: ended, ..after })
            }
            Observed::PageOpen
            | Observed::Authorized { .. }
            | Observed::Challenge
            | Observed::ContestedSettlement
            | Observed::Captured
            | Observed::Settled
            | Observed::Failed
            | Observed::RefusedSettlement
            | Observed::Refunded
            | Observed::PartiallyRefunded { .. }
            | Observed::Disputed
            | Observed::DisputeWon
            | Observed::Unknown(_) => Err(ProviderError::StateLocked),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        Method, PaymentProvider as _,
        midtrans::{charge_by, scripted::Answer},
        stripe::{client::tests::stripe, reading::tests::intent},
    };

    const URL: &str = "https://checkout.stripe.com/c/pay/cs_test_a1#fidkdWxOYHwnPyd1blpxYHZxWj";

    fn session(status: &str) -> Value {
        json!({"id": "cs_test_a1", "object": "checkout.session", "url": URL, "status": status,
            "payment_intent": null, "expires_at": 1_796_180_400, "new": true})
    }

    fn of_page(status: &str) -> Value {
        let mut intent = intent(status);
        intent["metadata"]["page"] = json!("checkout");
        intent
    }

    fn refused() -> Answer {
        let error = json!({"type": "invalid_request_error", "message": "Only Checkout Sessions with a status in [\"open\"] \
            can be expired."});
        Answer::Json(400, json!({ "error": error }))
    }

    #[test]
    fn a_page_asks_for_all_of_it_and_says_whose_it_is() {
        assert_eq!(
            page(&charge_by(Method::StripePage), None).unwrap().text(),
            "mode=payment&payment_method_types[0]=card&line_items[0][quantity]=1\
             &line_items[0][price_data][currency]=idr&line_items[0][price_data][unit_amount]=10000000\
             &line_items[0][price_data][product_data][name]=Invoice INV-2026-11-0001&adaptive_pricing[enabled]=false\
             &client_reference_id=pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X&customer_email=budi@example.com\
             &metadata[payment_id]=pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X&metadata[tenant]=tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X\
             &payment_intent_data[description]=Invoice INV-2026-11-0001\
             &payment_intent_data[metadata][payment_id]=pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X\
             &payment_intent_data[metadata][tenant]=tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X\
             &payment_intent_data[metadata][page]=checkout\
             &success_url=https://toko.example/paid&cancel_url=https://toko.example/paid"
        );
        let nowhere = ChargeOrder { return_url: None, ..charge_by(Method::StripePage) };
        assert!(
            page(&nowhere, Some("https://ruko.example")).unwrap().text().contains("cancel_url=https://ruko.example")
        );
        assert!(matches!(page(&nowhere, None), Err(ProviderError::NotWellFormed(_))));
    }

    #[tokio::test]
    async fn the_payer_is_sent_to_the_page_and_the_same_try_finds_the_same_one() {
        let (script, stripe) = stripe(vec![Answer::Json(200, session("open"))]).await;
        let charged = stripe.charge(&charge_by(Method::StripePage)).await.unwrap();
        assert_eq!(charged.next_action, Some(NextAction::Redirect { url: URL.to_owned() }));
        assert_eq!(charged.status.observed, Observed::PageOpen);
        assert_eq!(charged.expires_at, instant(Some(1_796_180_400)));
        let [asked] = script.asked().try_into().unwrap();
        assert_eq!(asked.line, "POST /v1/checkout/sessions");
        assert_eq!(asked.headers["idempotency-key"], "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X-page");
    }

    #[tokio::test]
    async fn an_answer_without_an_address_is_unknown() {
        for odd in [json!({}), json!({"url": null}), json!({"url": "https://checkout.stripe.com/c/pay/x"})] {
            let (_, stripe) = stripe(vec![Answer::Json(200, odd)]).await;
            assert_eq!(stripe.charge(&charge_by(Method::StripePage)).await, Err(ProviderError::Unknown));
        }
    }

    #[tokio::test]
    async fn a_page_that_is_over_is_as_good_as_closed_and_one_that_was_paid_is_not() {
        for (answers, expected) in [
            (vec![Answer::Json(200, session("expired"))], Ok(())),
            (vec![refused(), Answer::Json(200, session("expired"))], Ok(())),
            (vec![refused(), Answer::Json(200, session("complete"))], Err(ProviderError::StateLocked)),
        ] {
            let (script, stripe) = stripe(answers).await;
            assert_eq!(stripe.close_page(URL).await, expected);
            assert_eq!(script.lines()[0], "POST /v1/checkout/sessions/cs_test_a1/expire");
        }
        let (script, stripe) = stripe(Vec::new()).await;
        for odd in ["", "https://checkout.stripe.com/", "https://a.example/pi_1", "https://a.example/cs_a%2f"] {
            assert_eq!(stripe.close_page(odd).await, Err(ProviderError::NotFound), "{odd}");
        }
        assert!(script.asked().is_empty());
    }

    #[tokio::test]
    async fn what_is_paid_on_a_page_is_ended_by_its_page() {
        let list = || Answer::Json(200, json!({"object": "list", "data": [session("open")], "has_more": false}));
        let ended = || Answer::Json(200, session("expired"));
        for after in ["canceled", "requires_payment_method"] {
            let answers =
                vec![Answer::Json(200, of_page("requires_action")), list(), ended(), Answer::Json(200, of_page(after))];
            let (script, stripe) = stripe(answers).await;
            let status = stripe.expire("pi_1PgafyB7WZ01zgkWSjxsAJo3").await.unwrap();
            assert_eq!(status.observed, Observed::Expired, "{after}");
            assert!(script.lines().iter().all(|line| !line.contains("/cancel")), "{:?}", script.lines());
        }
        let answers = vec![
            Answer::Json(200, of_page("requires_payment_method")),
            list(),
            refused(),
            Answer::Json(200, session("complete")),
        ];
        let (_, stripe) = stripe(answers).await;
        assert_eq!(stripe.cancel("pi_1PgafyB7WZ01zgkWSjxsAJo3").await, Err(ProviderError::StateLocked));
    }
}
