//! Events: verified over the raw bytes, then read. The signature covers all of it, so an event counts like an answer.
//!
//! Events come in any order and more than once, and an event tells how the object was when the event was made. That is
//! why only moves forward follow from one, which [`crate::apply`] sees to.

use kernel::TenantId;
use serde::de::DeserializeOwned;

use super::{
    account::StripeAccount,
    reading::{instant, order_of, read, read_charge, read_failed},
    signature,
    wire::{Belonging, Intent, SessionNews, WireCharge, WireEvent, WireRefund},
};
use crate::{Incident, NotificationError, Observed, Says, WebhookCall, Word, digest};

/// Verifies and reads an event; `None` for an event of a type that we do not follow, or about nothing of this tenant's.
///
/// # Errors
/// `NotSigned`, `Malformed`.
pub(crate) fn hear(
    account: &StripeAccount,
    tenant: TenantId,
    delivery: &WebhookCall<'_>,
) -> Result<Option<Word>, NotificationError> {
    let header = delivery.headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    let header = header.ok_or(NotificationError::NotSigned)?;
    signature::verify(header, delivery.body, &account.webhook_secrets, delivery.at)?;
    let event: WireEvent = serde_json::from_slice(delivery.body).map_err(|_| NotificationError::Malformed)?;
    let (Some(id), Some(kind)) = (&event.id, &event.kind) else { return Err(NotificationError::Malformed) };
    let told = match kind.as_str() {
        "payment_intent.succeeded"
        | "payment_intent.payment_failed"
        | "payment_intent.canceled"
        | "payment_intent.processing"
        | "payment_intent.requires_action"
        | "payment_intent.amount_capturable_updated" => of_intent(&event, tenant, delivery),
        "charge.refunded" => of_charge(&event, tenant, delivery),
        "refund.created" | "refund.updated" | "refund.failed" => of_refund(&event),
        "checkout.session.completed" => of_session(&event, tenant),
        "charge.dispute.created" | "charge.dispute.closed" => of_dispute(&event, kind),
        _ => None,
    };
    let dedupe_key = digest::sha256_hex(id.as_bytes());
    Ok(told.map(|told| Word { order_id: told.order_id, ask_for: told.intent, dedupe_key, says: told.says }))
}

/// What an event says of which payment.
struct Told {
    order_id: String,
    intent: String,
    says: Says,
}

fn of_intent(event: &WireEvent, tenant: TenantId, delivery: &WebhookCall<'_>) -> Option<Told> {
    let intent: Intent = object(event);
    let order_id = order_of(&intent.metadata, tenant)?.to_owned();
    let read = read(&intent, &order_id, delivery.at).map(|mut status| {
        // An event tells of the charge by its id alone; it was made when the money came in.
        if status.observed == Observed::Settled {
            status.settled_at = status.settled_at.or(instant(event.created));
        }
        status
    });
    Some(Told { intent: intent.id.unwrap_or_default(), says: read.into(), order_id })
}

fn of_charge(event: &WireEvent, tenant: TenantId, delivery: &WebhookCall<'_>) -> Option<Told> {
    let charge: WireCharge = object(event);
    let order_id = order_of(&charge.metadata, tenant)?.to_owned();
    let says = read_charge(&charge, &order_id, delivery.at).into();
    Some(Told { intent: charge.payment_intent.unwrap_or_default(), says, order_id })
}

/// A dispute tells of the payment by its payment intent alone. One that was lost goes on as it was: the money is gone.
fn of_dispute(event: &WireEvent, kind: &str) -> Option<Told> {
    let dispute: Belonging = object(event);
    let (intent, at) = (dispute.payment_intent?, instant(event.created));
    let incident = match (kind, dispute.status.as_deref()) {
        ("charge.dispute.closed", Some("won" | "warning_closed")) => Incident::DisputeWon { at },
        ("charge.dispute.closed", _) => Incident::Changed,
        _ => Incident::Disputed { at },
    };
    Some(Told { order_id: intent.clone(), intent, says: Says::Only(incident) })
}

/// What was paid on a page tells which payment intent it became, and not how that stands.
fn of_session(event: &WireEvent, tenant: TenantId) -> Option<Told> {
    let session: SessionNews = object(event);
    let order_id = order_of(&session.metadata, tenant)?.to_owned();
    Some(Told { order_id, intent: session.payment_intent?, says: Says::Only(Incident::Changed) })
}

/// A refund tells neither of the payment nor of its other refunds.
fn of_refund(event: &WireEvent) -> Option<Told> {
    let refund: WireRefund = object(event);
    let intent = refund.payment_intent.clone()?;
    let incident = match refund.status.as_deref() {
        Some("failed" | "canceled") => Incident::RefundFailed(read_failed(&refund)),
        _ => Incident::Changed,
    };
    Some(Told { order_id: intent.clone(), intent, says: Says::Only(incident) })
}

/// What an event is about; what cannot be read of it is missing.
fn object<T: DeserializeOwned + Default>(event: &WireEvent) -> T {
    serde_json::from_value(event.data.object.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money, Secret};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        FailedRefund, Heard, Method, Payment, ProviderStatus, Quarantine, Status, Transition, apply,
        payment::tests::new_payment,
        stripe::{
            Stripe,
            account::tests::account,
            reading::tests::{ORDER, TENANT, charge, intent},
            sign,
        },
    };

    const SECONDS: i64 = 1_796_094_000;
    const PI: &str = "pi_1PgafyB7WZ01zgkWSjxsAJo3";

    fn event(kind: &str, object: &Value) -> Value {
        json!({"id": "evt_1", "object": "event", "api_version": "2026-10-28.endive", "created": SECONDS - 5,
            "livemode": false, "pending_webhooks": 1, "request": {"id": "req_1", "idempotency_key": "k1"},
            "type": kind, "data": {"object": object}})
    }

    fn heard(body: &str) -> Result<Option<Word>, NotificationError> {
        let secret = Secret::new("whsec_test_secret".to_owned());
        let mut headers = http::HeaderMap::new();
        headers.insert("stripe-signature", sign(body.as_bytes(), &secret, SECONDS).parse().unwrap());
        let at = instant(Some(SECONDS)).unwrap();
        hear(&account(), TENANT.parse().unwrap(), &WebhookCall { headers: &headers, body: body.as_bytes(), at })
    }

    fn word(kind: &str, object: &Value) -> Option<Word> {
        heard(&event(kind, object).to_string()).unwrap()
    }

    fn status(kind: &str, object: &Value) -> ProviderStatus {
        let word = word(kind, object).unwrap();
        assert_eq!((word.order_id.as_str(), word.ask_for.as_str()), (ORDER, PI));
        let Says::Status(status) = word.says else { panic!("{:?}", word.says) };
        assert_eq!(status.heard, Heard::Confirmed);
        *status
    }

    #[test]
    fn what_a_payment_intent_became_is_proof() {
        let mut declined = intent("requires_payment_method");
        declined["last_payment_error"] = json!({"code": "card_declined", "message": "Your card was declined."});
        for (kind, object, expected) in [
            ("payment_intent.succeeded", intent("succeeded"), Observed::Settled),
            ("payment_intent.payment_failed", declined, Observed::Failed),
            ("payment_intent.canceled", intent("canceled"), Observed::Cancelled),
            ("payment_intent.processing", intent("processing"), Observed::Pending),
            ("payment_intent.requires_action", intent("requires_action"), Observed::Pending),
            (
                "payment_intent.amount_capturable_updated",
                intent("requires_capture"),
                Observed::Authorized { until: None },
            ),
        ] {
            assert_eq!(status(kind, &object).observed, expected, "{kind}");
        }
        let settled = status("payment_intent.succeeded", &intent("succeeded"));
        assert_eq!(settled.settled_at.unwrap().to_string(), "2026-12-01T02:59:55.000Z");
    }

    #[test]
    fn refunds_of_a_charge_tell_their_sum() {
        let total = Some(Money::new(40_000, Currency::IDR));
        assert_eq!(status("charge.refunded", &charge(4_000_000)).observed, Observed::PartiallyRefunded { total });
        assert_eq!(status("charge.refunded", &charge(10_000_000)).observed, Observed::Refunded);
    }

    #[test]
    fn what_does_not_name_our_payment_is_asked_about() {
        let refund = |status: &str| json!({"id": "re_1", "object": "refund", "payment_intent": PI, "status": status});
        let dispute = |status: &str| json!({"id": "du_1", "object": "dispute", "payment_intent": PI, "status": status});
        let at = instant(Some(SECONDS - 5));
        for (kind, object, expected) in [
            ("refund.created", refund("pending"), Incident::Changed),
            ("refund.updated", refund("succeeded"), Incident::Changed),
            ("refund.updated", refund("canceled"), Incident::RefundFailed(FailedRefund::default())),
            ("refund.failed", refund("failed"), Incident::RefundFailed(FailedRefund::default())),
            ("charge.dispute.created", dispute("needs_response"), Incident::Disputed { at }),
            ("charge.dispute.closed", dispute("won"), Incident::DisputeWon { at }),
            // An inquiry of the bank's that came to nothing.
            ("charge.dispute.closed", dispute("warning_closed"), Incident::DisputeWon { at }),
            ("charge.dispute.closed", dispute("lost"), Incident::Changed),
        ] {
            let word = word(kind, &object).unwrap();
            assert_eq!((word.says, word.ask_for.as_str()), (Says::Only(expected), PI), "{kind}");
        }
    }

    #[test]
    fn a_refund_that_failed_tells_which_it_was_and_why() {
        let mut refund = json!({"id": "re_1", "object": "refund", "payment_intent": PI, "status": "failed",
            "amount": 4_000_000, "currency": "idr", "failure_reason": "lost_or_stolen_card",
            "metadata": {"refund_key": "rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X"}});
        let mut told = FailedRefund {
            refund: Some("rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()),
            amount: Some(Money::new(40_000, Currency::IDR)),
            reason: Some("lost_or_stolen_card".to_owned()),
        };
        let says = |refund: &Value| word("refund.failed", refund).unwrap().says;
        assert_eq!(says(&refund), Says::Only(Incident::RefundFailed(told.clone())));
        refund["metadata"]["refund_key"] = json!("another program's");
        told.refund = None;
        assert_eq!(says(&refund), Says::Only(Incident::RefundFailed(told)));
    }

    #[test]
    fn what_is_about_no_payment_of_ours_is_nothing() {
        let mut other = intent("succeeded");
        other["metadata"] = json!({"order_id": "6735"});
        let mut neighbour = intent("succeeded");
        neighbour["metadata"]["tenant"] = json!("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y");
        for (kind, object) in [
            ("payment_intent.succeeded", other),
            ("payment_intent.succeeded", neighbour),
            ("payment_intent.created", intent("requires_confirmation")),
            ("customer.created", json!({"id": "cus_1", "object": "customer"})),
            ("payment_intent.teleported", intent("teleported")),
            ("v9.everything.new", json!("text")),
            ("refund.updated", json!({"id": "re_1", "charge": "ch_1", "status": "succeeded"})),
            ("charge.dispute.created", json!(null)),
        ] {
            assert_eq!(word(kind, &object), None, "{kind}");
        }
    }

    #[test]
    fn newer_versions_and_unknown_fields_are_read() {
        let mut newer = event("payment_intent.succeeded", &intent("succeeded"));
        newer["api_version"] = json!("2031-01-01.zinnia");
        newer["data"]["previous_attributes"] = json!({"status": "processing"});
        newer["data"]["object"]["payment_method_types"] = json!({"now": "an object"});
        assert!(matches!(heard(&newer.to_string()).unwrap().unwrap().says, Says::Status(_)));
        let mut odd = intent("succeeded");
        odd["amount"] = json!("many");
        let says = word("payment_intent.succeeded", &odd).unwrap().says;
        assert_eq!(says, Says::SetAside(Quarantine::UnreadableAmount));
    }

    #[test]
    fn an_event_is_told_apart_by_its_id() {
        let key = |event: &Value| heard(&event.to_string()).unwrap().unwrap().dedupe_key;
        let first = event("payment_intent.succeeded", &intent("succeeded"));
        let mut again = first.clone();
        again["pending_webhooks"] = json!(0);
        let mut other = first.clone();
        other["id"] = json!("evt_2");
        assert!(key(&first) == key(&again) && key(&first) != key(&other));
    }

    #[test]
    fn what_is_signed_and_no_event_cannot_be_read() {
        for body in ["", "null", "[]", "5", "{", "{}", r#"{"id":"evt_1"}"#, r#"{"id":"a","id":"b","type":"x"}"#] {
            assert_eq!(heard(body), Err(NotificationError::Malformed), "{body}");
        }
        let headers = http::HeaderMap::new();
        let unsigned = WebhookCall { headers: &headers, body: b"{}", at: instant(Some(SECONDS)).unwrap() };
        assert_eq!(hear(&account(), TENANT.parse().unwrap(), &unsigned), Err(NotificationError::NotSigned));
    }

    /// What Stripe tells of a payment that is authenticated, paid and given back in two parts.
    fn history() -> Vec<Value> {
        [
            ("payment_intent.requires_action", intent("requires_action")),
            ("payment_intent.processing", intent("processing")),
            ("payment_intent.succeeded", intent("succeeded")),
            ("charge.refunded", charge(4_000_000)),
            ("charge.refunded", charge(7_000_000)),
        ]
        .into_iter()
        .map(|(kind, object)| event(kind, &object))
        .collect()
    }

    proptest! {
        /// An event is proof of how it was, and no proof that it still is so: the machine only goes forward.
        #[test]
        fn events_in_any_order_and_number_end_alike(
            again in prop::collection::vec(0_usize..5, 0..6), last in Just(vec![0, 1, 2, 3, 4]).prop_shuffle(),
        ) {
            let mut payment = Payment::begin(new_payment(Method::Card, 100_000), Stripe::capabilities()).unwrap();
            let (mut received, mut returned) = (0, 0);
            for at in again.into_iter().chain(last) {
                let told = heard(&history()[at].to_string()).unwrap().unwrap();
                let Says::Status(status) = told.says else { panic!("{:?}", told.says) };
                match apply(&payment, &status) {
                    Transition::Move(step) => {
                        received += step.received.map_or(0, Money::minor);
                        returned += step.returned.map_or(0, Money::minor);
                        payment = step.payment;
                    }
                    Transition::Note(noted) => payment = noted.payment,
                    Transition::Duplicate | Transition::Ignore(_) => {}
                    other @ (Transition::Ask | Transition::Quarantine(_)) => panic!("{other:?}"),
                }
            }
            prop_assert_eq!((received, returned), (100_000, 70_000));
            prop_assert_eq!((payment.status, payment.refunded.minor()), (Status::PartiallyRefunded, 70_000));
            prop_assert_eq!(payment.transaction_id.as_deref(), Some(PI));
        }
    }
}
