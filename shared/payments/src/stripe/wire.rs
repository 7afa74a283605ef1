//! What Stripe sends, read leniently: what is missing, of another type or new says nothing, and only what is needed is read.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use crate::Decline;

/// A payment intent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Intent {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) amount: Option<i64>,
    /// Less than the amount when only a part of what was held was captured.
    #[serde(deserialize_with = "lenient")]
    pub(crate) amount_received: Option<i64>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) currency: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) status: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) cancellation_reason: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) last_payment_error: Option<WireFault>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) next_action: Option<NextStep>,
    #[serde(deserialize_with = "reference")]
    pub(crate) payment_method: Option<String>,
    #[serde(deserialize_with = "reference")]
    pub(crate) customer: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) setup_future_usage: Option<String>,
    /// Only where it was asked for: otherwise its id stands here.
    #[serde(deserialize_with = "lenient")]
    pub(crate) latest_charge: Option<WireCharge>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) metadata: OurMarks,
}

/// A charge: one attempt to take the money of a payment intent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WireCharge {
    #[serde(deserialize_with = "lenient")]
    pub(crate) amount: Option<i64>,
    /// Less than the amount when only a part of what was held was captured.
    #[serde(deserialize_with = "lenient")]
    pub(crate) amount_captured: Option<i64>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) amount_refunded: Option<i64>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) payment_method_details: MethodDetails,
    #[serde(deserialize_with = "lenient")]
    pub(crate) currency: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) created: Option<i64>,
    #[serde(deserialize_with = "reference")]
    pub(crate) payment_intent: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) metadata: OurMarks,
}

/// How a charge was paid.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct MethodDetails {
    #[serde(deserialize_with = "lenient")]
    pub(crate) card: CardDetails,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CardDetails {
    /// Until when its bank holds the money.
    #[serde(deserialize_with = "lenient")]
    pub(crate) capture_before: Option<i64>,
}

/// A refund.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WireRefund {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) amount: Option<i64>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) currency: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) failure_reason: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) status: Option<String>,
    #[serde(deserialize_with = "reference")]
    pub(crate) payment_intent: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) metadata: OurMarks,
}

/// What belongs to a payment intent and names it: a dispute, a review.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Belonging {
    #[serde(deserialize_with = "reference")]
    pub(crate) payment_intent: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) status: Option<String>,
}

/// What we wrote to it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OurMarks {
    #[serde(deserialize_with = "lenient")]
    pub(crate) payment_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) tenant: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) refund_key: Option<String>,
    /// On which kind of page of Stripe's it is paid.
    #[serde(deserialize_with = "lenient")]
    pub(crate) page: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NextStep {
    #[serde(deserialize_with = "lenient")]
    pub(crate) redirect_to_url: RedirectTo,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RedirectTo {
    #[serde(deserialize_with = "lenient")]
    pub(crate) url: Option<String>,
}

/// Why a call was refused or a charge declined.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WireFault {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub(crate) kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) code: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) decline_code: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) message: Option<String>,
}

impl WireFault {
    /// Why a bank refused a card.
    pub(crate) fn decline(self) -> Decline {
        let code = self.decline_code.or(self.code).unwrap_or_else(|| "card_declined".to_owned());
        Decline { code, message: self.message.unwrap_or_default() }
    }
}

/// The body of an answer that is a fault.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StripeRefusal {
    #[serde(deserialize_with = "lenient")]
    pub(crate) error: Option<WireFault>,
}

/// A page of a list, or what a search found.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WirePage<T: DeserializeOwned> {
    #[serde(deserialize_with = "lenient", bound(deserialize = "T: DeserializeOwned"))]
    pub(crate) data: Vec<T>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) has_more: bool,
}

/// An event.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WireEvent {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub(crate) kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) created: Option<i64>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) data: EventData,
}

/// What an event is about, as it was at that time.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EventData {
    pub(crate) object: Value,
}

/// Of another type counts as missing.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// The id of another object, whether it alone or all of the object stands here.
pub(crate) fn reference<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(id) => Some(id),
        Value::Object(object) => object.get("id").and_then(Value::as_str).map(str::to_owned),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    })
}

/// What the event of a session tells: our name of the payment, and the payment intent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SessionNews {
    #[serde(deserialize_with = "reference")]
    pub(crate) payment_intent: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) metadata: OurMarks,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_odd_counts_as_missing() {
        let intent: Intent = serde_json::from_str(
            r#"{"id":5,"amount":"x","latest_charge":"ch_1","metadata":[],"next_action":{"type":"new"},"brand_new":{}}"#,
        )
        .unwrap();
        assert!(intent.id.is_none() && intent.amount.is_none() && intent.latest_charge.is_none());
        assert!(intent.next_action.unwrap().redirect_to_url.url.is_none());
    }

    #[test]
    fn a_reference_is_read_whether_it_is_expanded_or_not() {
        for text in [r#"{"payment_intent":"pi_1"}"#, r#"{"payment_intent":{"id":"pi_1","object":"payment_intent"}}"#] {
            let charge: WireCharge = serde_json::from_str(text).unwrap();
            assert_eq!(charge.payment_intent.as_deref(), Some("pi_1"));
        }
    }
}
