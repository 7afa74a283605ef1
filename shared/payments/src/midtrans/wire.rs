//! The body that Midtrans sends in answers and notifications, read leniently: what is not signed may be missing, of
//! another type, or new.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// One body. A field of an unexpected type counts as missing; a field that stands twice makes the body unreadable,
/// so that nobody can sign one value and have the other read.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Body {
    #[serde(deserialize_with = "text")]
    pub(crate) status_code: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) status_message: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) transaction_id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) order_id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) merchant_id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) gross_amount: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) currency: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) payment_type: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) transaction_status: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) fraud_status: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) settlement_time: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) transaction_time: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) expiry_time: Option<String>,
    /// One sample of a QRIS answer spells it so.
    #[serde(deserialize_with = "text")]
    pub(crate) expire_time: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) signature_key: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) refund_amount: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) refunds: Vec<RefundRow>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) metadata: Metadata,
    #[serde(deserialize_with = "lenient")]
    pub(crate) va_numbers: Vec<VaNumber>,
    #[serde(deserialize_with = "text")]
    pub(crate) permata_va_number: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) bill_key: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) biller_code: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) qr_string: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) payment_code: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) store: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) redirect_url: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) actions: Vec<WireAction>,
    #[serde(deserialize_with = "text")]
    pub(crate) masked_card: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) saved_token_id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) saved_token_id_expired_at: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) channel_response_code: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) channel_response_message: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) validation_messages: Vec<String>,
    /// Snap's way of saying what is wrong.
    #[serde(deserialize_with = "lenient")]
    pub(crate) error_messages: Vec<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RefundRow {
    #[serde(deserialize_with = "text")]
    pub(crate) bank_confirmed_at: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Metadata {
    #[serde(deserialize_with = "lenient")]
    pub(crate) extra_info: ExtraInfo,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ExtraInfo {
    #[serde(deserialize_with = "lenient")]
    pub(crate) gross_amount_info: GrossAmountInfo,
}

/// How a gross amount came about when Midtrans lets the payer bear its fee.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GrossAmountInfo {
    #[serde(deserialize_with = "text")]
    pub(crate) original_amount: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) customer_imposed_payment_fee: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct VaNumber {
    #[serde(deserialize_with = "text")]
    pub(crate) bank: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) va_number: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WireAction {
    #[serde(deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) url: Option<String>,
}

impl Body {
    /// The body of these bytes; `None` for what is no JSON object or names a field twice.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        // A derived struct would also be read from an array.
        bytes.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(bytes).ok()).flatten()
    }

    /// The last time that a bank confirmed a refund, as it stands in the body.
    pub(crate) fn last_bank_confirmation(&self) -> Option<&str> {
        self.refunds.iter().filter_map(|refund| refund.bank_confirmed_at.as_deref()).max()
    }
}

/// A text, or a number as text; anything else is missing.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_odd_counts_as_missing() {
        let body = Body::parse(
            br#"{"status_code":201,"order_id":["x"],"va_numbers":"none","metadata":null,"actions":[{"name":5}],"new":{}}"#,
        )
        .unwrap();
        assert_eq!(body.status_code.as_deref(), Some("201"));
        assert_eq!(body.order_id, None);
        assert!(body.va_numbers.is_empty());
        assert_eq!(body.actions[0].name.as_deref(), Some("5"));
    }

    #[test]
    fn a_field_that_stands_twice_makes_the_body_unreadable() {
        assert!(Body::parse(br#"{"order_id":"a","order_id":"b"}"#).is_none());
        assert!(Body::parse(br#" {"order_id":"a"}"#).is_some());
    }
}
