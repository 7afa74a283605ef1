//! What every implementation of [`PaymentProvider`] must do. An adapter runs it against the provider's fake. Its
//! capabilities say which rules apply, and a call that they exclude is refused with `NotOffered`.
//!
//! A rule that is broken panics with what was found.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
    time::Duration,
};

use async_trait::async_trait;
use http::HeaderMap;
use kernel::{Currency, Money, PaymentId, Secret, Timestamp};
use payments::{
    Answers, Attempt, BegunBy, ChargeItem, ChargeOrder, Charged, Currencies, Heard, Holds, Means, Method,
    NotificationProof, Observed, Offer, Payer, PaymentProvider, ProviderError, ProviderStatus, RefundOrder,
    RefundOutcome, RetryPolicy, Says, WebhookCall, Word, ask, drive, give_back,
};

/// The world behind a provider: the payer, and the calls that reach the merchant.
#[async_trait]
pub trait Outside: Send + Sync {
    /// The payer pays.
    async fn pay(&self, order: &str);

    /// The notification that an order was settled, once it has arrived; `None` where the provider sends none.
    async fn told(&self, order: &str) -> Option<(HeaderMap, Vec<u8>)>;

    /// A method whose payments can be refunded in parts.
    fn refundable(&self) -> Method;

    /// The token of a card whose bank asks the payer first.
    fn card(&self) -> String {
        "481111-1114-0f2e4c7d".to_owned()
    }
}

const NOW: &str = "2026-12-01T03:00:00Z";
const PATIENT: RetryPolicy =
    RetryPolicy { total: Duration::from_secs(5), retries: 2, first_pause: Duration::from_millis(1) };

/// Runs every check of the contract.
///
/// # Panics
/// The provider breaks the contract, or its fake cannot be reached.
pub async fn contract(provider: &dyn PaymentProvider, outside: &dyn Outside) {
    let mut orders = Orders { made: 0, card: outside.card() };
    offers_are_taken_within_their_bounds(provider);
    for offer in provider.capabilities().offers.iter().copied() {
        a_payment_is_charged_once(provider, &mut orders, offer).await;
    }
    what_is_not_offered_is_refused(provider, &mut orders).await;
    an_unknown_payment_is_not_found(provider, &mut orders).await;
    match provider.capabilities().answers {
        Answers::Later => {
            a_paid_order_is_settled_and_told(provider, &mut orders, outside).await;
            a_pending_order_can_be_ended(provider, &mut orders, outside).await;
        }
        Answers::AtOnce => a_payment_that_is_over_cannot_be_ended(provider, &mut orders, outside).await,
    }
    if provider.capabilities().holds == Holds::Cards {
        what_is_held_is_captured_once_or_released(provider, &mut orders, outside).await;
    }
    refunds_add_up_to_the_payment_at_most(provider, &mut orders, outside).await;
    an_unsigned_notification_is_refused(provider);
}

/// Payments under ids of their own.
struct Orders {
    made: u32,
    card: String,
}

impl Orders {
    fn charge(&mut self, offer: Offer, amount: i64) -> ChargeOrder {
        self.made += 1;
        let payment: PaymentId = parsed(&format!("pay_01JD2Z3M4N5P6Q7R8S9T{:06}", self.made));
        let means = match offer.method {
            Method::Card => Means::Card { token: Secret::new(self.card.clone()) },
            Method::BankTransfer => {
                Means::Transfer { reference: Some(format!("TRF {}", self.made)), received_at: now() }
            }
            Method::BcaVa
            | Method::BniVa
            | Method::BriVa
            | Method::PermataVa
            | Method::CimbVa
            | Method::MandiriBill
            | Method::Gopay
            | Method::Shopeepay
            | Method::Qris
            | Method::Indomaret
            | Method::Alfamart
            | Method::Dana
            | Method::MidtransPage
            | Method::StripePage => Means::Nothing,
        };
        ChargeOrder {
            payment,
            tenant: parsed("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"),
            amount: Money::new(amount, one_currency(offer)),
            method: offer.method,
            items: vec![ChargeItem {
                id: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
                name: "Invoice INV-2026-11-0001".to_owned(),
                price: amount,
                quantity: 1,
            }],
            payer: Payer { name: "Budi".to_owned(), email: Some(parsed("budi@example.com")) },
            return_url: Some("https://toko.example/paid".to_owned()),
            means,
            payable: None,
        }
    }
}

fn now() -> Timestamp {
    parsed(NOW)
}

fn parsed<T: FromStr<Err: Display>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn good<T>(outcome: Result<T, impl Debug>, about: &str) -> T {
    outcome.unwrap_or_else(|error| panic!("{about}: {error:?}"))
}

fn first_offer(provider: &dyn PaymentProvider) -> Offer {
    let Some(offer) = provider.capabilities().offers.first() else { panic!("the provider offers nothing") };
    *offer
}

/// A currency that the offer is for.
fn one_currency(offer: Offer) -> Currency {
    match offer.currencies {
        Currencies::Any => Currency::USD,
        Currencies::Only(one) => one,
    }
}

async fn charged(provider: &dyn PaymentProvider, charge: &ChargeOrder, attempt: Attempt) -> Charged {
    good(drive(provider, charge, attempt, PATIENT).await, &format!("{:?}", charge.method))
}

async fn asked(provider: &dyn PaymentProvider, id: &str) -> ProviderStatus {
    good(ask(provider, id, PATIENT).await, id).status
}

fn offers_are_taken_within_their_bounds(provider: &dyn PaymentProvider) {
    let capabilities = provider.capabilities();
    assert!(!capabilities.offers.is_empty());
    for offer in capabilities.offers.iter().copied() {
        let Offer { method, least, most, .. } = offer;
        assert!(0 < least && least <= most, "{method:?}");
        let currency = one_currency(offer);
        for (amount, taken) in [(least - 1, false), (least, true), (most, true), (most + 1, false)] {
            let answer = capabilities.take(method, Money::new(amount, currency));
            assert_eq!(answer.is_ok(), taken, "{method:?} {amount}: {answer:?}");
        }
    }
    // Without notifications a payment must be over with the answer to its charge, and so must one that staff records.
    assert!(capabilities.notifications != NotificationProof::Never || capabilities.answers == Answers::AtOnce);
    assert!(capabilities.begun_by != BegunBy::Staff || capabilities.answers == Answers::AtOnce);
}

/// A second charge of the same order, also one after a crash, finds the first.
async fn a_payment_is_charged_once(provider: &dyn PaymentProvider, orders: &mut Orders, offer: Offer) {
    let charge = orders.charge(offer, offer.least);
    let first = charged(provider, &charge, Attempt::First).await;
    let status = &first.status;
    assert_eq!(status.order_id, charge.payment.to_string(), "{offer:?}");
    assert!(!status.transaction_id.is_empty(), "{offer:?}");
    assert_eq!((status.asked(), status.heard), (charge.amount, Heard::Confirmed), "{offer:?}");
    match provider.capabilities().answers {
        Answers::Later => {
            let on_page = provider.capabilities().on_page.contains(&offer.method);
            let expected = if on_page { Observed::PageOpen } else { Observed::Pending };
            assert_eq!(status.observed, expected, "{offer:?}");
            assert!(first.next_action.is_some(), "{offer:?}: the payer does not know what to do");
            let resumed = charged(provider, &charge, Attempt::Resumed).await;
            assert_eq!(resumed.status.transaction_id, status.transaction_id, "{offer:?}");
        }
        Answers::AtOnce => {
            assert_eq!((&status.observed, &first.next_action), (&Observed::Settled, &None), "{offer:?}");
            assert!(status.settled_at.is_some(), "{offer:?}");
        }
    }
    let again = charged(provider, &charge, Attempt::First).await;
    assert_eq!(again.status.transaction_id, status.transaction_id, "{offer:?}");
}

async fn what_is_not_offered_is_refused(provider: &dyn PaymentProvider, orders: &mut Orders) {
    let offers = &provider.capabilities().offers;
    let offer = first_offer(provider);
    for method in Method::ALL.into_iter().filter(|method| offers.iter().all(|offer| offer.method != *method)) {
        let charge = orders.charge(Offer { method, ..offer }, offer.least);
        assert_eq!(provider.charge(&charge).await, Err(ProviderError::NotOffered), "{method:?}");
    }
    let taken = |other: Currency| {
        offers.iter().any(|another| another.method == offer.method && another.currencies.include(other))
    };
    for other in [Currency::IDR, Currency::USD].into_iter().filter(|other| !taken(*other)) {
        let charge = orders.charge(Offer { currencies: Currencies::Only(other), ..offer }, offer.least);
        assert!(provider.charge(&charge).await.is_err(), "{:?} in {other}", offer.method);
    }
}

async fn an_unknown_payment_is_not_found(provider: &dyn PaymentProvider, orders: &mut Orders) {
    let offer = first_offer(provider);
    let never_charged = orders.charge(offer, offer.least).payment.to_string();
    let expected = match provider.capabilities().answers {
        Answers::Later => ProviderError::NotFound,
        Answers::AtOnce => ProviderError::NotOffered,
    };
    for id in [never_charged.as_str(), "../v2", ""] {
        assert_eq!(provider.status(id).await, Err(expected.clone()), "{id:?}");
    }
}

async fn a_paid_order_is_settled_and_told(provider: &dyn PaymentProvider, orders: &mut Orders, outside: &dyn Outside) {
    let offer = first_offer(provider);
    let charge = orders.charge(offer, offer.least);
    let order = charge.payment.to_string();
    let pending = charged(provider, &charge, Attempt::First).await.status;
    outside.pay(&order).await;
    for id in [&order, &pending.transaction_id] {
        let found = asked(provider, id).await;
        assert_eq!(found.observed, Observed::Settled, "{id}");
        assert_eq!((found.order_id, found.transaction_id), (order.clone(), pending.transaction_id.clone()));
    }
    let notifications = provider.capabilities().notifications;
    let Some((headers, body)) = outside.told(&order).await else {
        assert_eq!(notifications, NotificationProof::Never);
        return;
    };
    let hear = |body: &[u8]| provider.hear(&WebhookCall { headers: &headers, body, at: now() });
    let Some(word): Option<Word> = good(hear(&body), "a notification") else { panic!("it is about no payment") };
    assert_eq!(word.order_id, order);
    assert_eq!(Some(&word), good(hear(&body), "a replay").as_ref(), "a replay is the same news");
    let Says::Status(says) = word.says else { panic!("{:?}", word.says) };
    assert_eq!((&says.observed, says.asked()), (&Observed::Settled, charge.amount));
    let heard = if notifications == NotificationProof::Proof { Heard::Confirmed } else { Heard::Notification };
    assert_eq!(says.heard, heard, "what the capabilities say of notifications");
    assert_eq!(asked(provider, &word.ask_for).await.order_id, order);
    // The signature covers the order.
    let other = String::from_utf8_lossy(&body).replace(&order, "pay_01JD2Z3M4N5P6Q7R8S9TZZZZZZ");
    assert!(hear(other.as_bytes()).is_err());
}

async fn a_pending_order_can_be_ended(provider: &dyn PaymentProvider, orders: &mut Orders, outside: &dyn Outside) {
    let offer = first_offer(provider);
    let mut pending = async || {
        let charge = orders.charge(offer, offer.least);
        charged(provider, &charge, Attempt::First).await.status.order_id
    };
    let (cancelled, expired, paid) = (pending().await, pending().await, pending().await);
    assert_eq!(good(provider.cancel(&cancelled).await, "cancel").observed, Observed::Cancelled);
    assert_eq!(good(provider.expire(&expired).await, "expire").observed, Observed::Expired);
    assert_eq!(asked(provider, &expired).await.observed, Observed::Expired);
    outside.pay(&paid).await;
    assert_eq!(provider.expire(&paid).await, Err(ProviderError::StateLocked));
    assert_eq!(asked(provider, &paid).await.observed, Observed::Settled);
}

async fn a_payment_that_is_over_cannot_be_ended(
    provider: &dyn PaymentProvider,
    orders: &mut Orders,
    outside: &dyn Outside,
) {
    let offer = first_offer(provider);
    let charge = orders.charge(offer, offer.least);
    let order = charged(provider, &charge, Attempt::First).await.status.order_id;
    assert_eq!(provider.cancel(&order).await, Err(ProviderError::NotOffered));
    assert_eq!(provider.expire(&order).await, Err(ProviderError::NotOffered));
    assert!(outside.told(&order).await.is_none());
}

/// Captured in full or in part, and once; or let go.
async fn what_is_held_is_captured_once_or_released(
    provider: &dyn PaymentProvider,
    orders: &mut Orders,
    outside: &dyn Outside,
) {
    let offers = &provider.capabilities().offers;
    let fits = |offer: &Offer| offer.method == Method::Card && offer.currencies.include(Currency::IDR);
    let Some(offer) = offers.iter().copied().find(fits) else { panic!("cards are held and not offered") };
    let offer = Offer { currencies: Currencies::Only(Currency::IDR), ..offer };
    let mut held = async || {
        let mut charge = orders.charge(offer, 100_000);
        charge.means = Means::HeldCard { token: Secret::new(orders.card.clone()) };
        let begun = charged(provider, &charge, Attempt::First).await.status;
        assert_eq!(begun.observed, Observed::Pending, "its bank asks the payer first");
        outside.pay(&charge.payment.to_string()).await;
        let told = asked(provider, &begun.transaction_id).await;
        assert!(matches!(told.observed, Observed::Authorized { .. }), "{:?}", told.observed);
        told.transaction_id
    };
    let (whole, part, released) = (held().await, held().await, held().await);
    let idr = |rupiah: i64| Money::new(rupiah, Currency::IDR);
    assert!(provider.capture(&whole, idr(100_001)).await.is_err(), "more than is held");
    for (transaction, amount) in [(&whole, 100_000), (&part, 60_000)] {
        let captured = good(provider.capture(transaction, idr(amount)).await, "capture");
        assert!(matches!(captured.observed, Observed::Captured | Observed::Settled), "{:?}", captured.observed);
        assert_eq!((captured.asked(), &captured.transaction_id), (idr(amount), transaction));
        assert_eq!(provider.capture(transaction, idr(amount)).await, Err(ProviderError::StateLocked), "twice");
        assert_eq!(asked(provider, transaction).await.asked(), idr(amount));
    }
    assert_eq!(good(provider.cancel(&released).await, "release").observed, Observed::Cancelled);
    assert_eq!(provider.capture(&released, idr(1)).await, Err(ProviderError::StateLocked), "after its release");
}

async fn refunds_add_up_to_the_payment_at_most(
    provider: &dyn PaymentProvider,
    orders: &mut Orders,
    outside: &dyn Outside,
) {
    let offers = &provider.capabilities().offers;
    let Some(offer) = offers.iter().copied().find(|offer| offer.method == outside.refundable()) else {
        panic!("{:?} is not offered", outside.refundable())
    };
    let charge = orders.charge(offer, 30_000);
    let order = charged(provider, &charge, Attempt::First).await.status.order_id;
    if provider.capabilities().answers == Answers::Later {
        outside.pay(&order).await;
    }
    let currency = charge.amount.currency();
    let refund = |key: &str, before: i64, amount: i64| RefundOrder {
        id: order.clone(),
        key: format!("{}-{key}", orders.made),
        captured: charge.amount,
        before: Money::new(before, currency),
        amount: Money::new(amount, currency),
        reason: "out of stock".to_owned(),
    };
    let observed = async |refund: RefundOrder| match give_back(provider, &refund, PATIENT).await {
        Ok(RefundOutcome::Accepted(status)) => Ok(status.observed),
        Ok(RefundOutcome::Denied) => panic!("denied"),
        Err(error) => Err(error),
    };
    let partly = |total: i64| Ok(Observed::PartiallyRefunded { total: Some(Money::new(total, currency)) });
    assert_eq!(observed(refund("a", 0, 5_000)).await, partly(5_000));
    assert_eq!(observed(refund("a", 0, 5_000)).await, partly(5_000), "the same refund twice");
    assert_eq!(observed(refund("b", 5_000, 7_000)).await, partly(12_000), "a sum and not a step");
    assert!(observed(refund("c", 12_000, 18_001)).await.is_err(), "more than was paid");
    assert_eq!(observed(refund("d", 12_000, 18_000)).await, Ok(Observed::Refunded));
    assert!(observed(refund("e", 30_000, 1)).await.is_err());
}

fn an_unsigned_notification_is_refused(provider: &dyn PaymentProvider) {
    for body in ["", "{}", "[]", "null", r#"{"order_id":"pay_01JD2Z3M4N5P6Q7R8S9T000001"}"#, "\u{0}"] {
        let delivery = WebhookCall { headers: &HeaderMap::new(), body: body.as_bytes(), at: now() };
        assert!(provider.hear(&delivery).is_err(), "{body:?}");
    }
}
