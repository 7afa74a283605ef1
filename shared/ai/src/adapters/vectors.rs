//! Vectors as lists of numbers, and as base64 of 32-bit floats with the little end first.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{EncodingFormat, Refusal, UpstreamError};

/// A vector as the caller wants it. Providers that know no base64 write lists.
///
/// # Errors
/// It is no vector.
pub(super) fn written(vector: Value, format: Option<EncodingFormat>) -> Result<Value, UpstreamError> {
    let unreadable = || UpstreamError::of(Refusal::Unreadable);
    match (format.unwrap_or_default(), vector) {
        (EncodingFormat::Base64, Value::Array(numbers)) => {
            let mut bytes = Vec::with_capacity(numbers.len().saturating_mul(4));
            for number in &numbers {
                #[expect(clippy::cast_possible_truncation, reason = "vectors are 32-bit floats on the wire")]
                let number = number.as_f64().ok_or_else(unreadable)? as f32;
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            Ok(Value::String(STANDARD.encode(bytes)))
        }
        (EncodingFormat::Float, Value::String(text)) => {
            let bytes = STANDARD.decode(text).map_err(|_| unreadable())?;
            let (numbers, rest) = bytes.as_chunks::<4>();
            if !rest.is_empty() {
                return Err(unreadable());
            }
            Ok(numbers.iter().map(|four| Value::from(f32::from_le_bytes(*four))).collect())
        }
        (_, vector @ (Value::Array(_) | Value::String(_))) => Ok(vector),
        (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_vector_is_refused() {
        for value in [json!(null), json!(1), json!({}), json!(["a"])] {
            assert!(written(value.clone(), Some(EncodingFormat::Base64)).is_err(), "{value}");
        }
        assert!(written(json!("AAA="), None).is_err(), "not a multiple of four bytes");
        assert!(written(json!("%"), None).is_err());
    }

    proptest! {
        #[test]
        fn both_forms_are_the_same_vector(numbers in prop::collection::vec(-1e3_f32..1e3, 0..32)) {
            let list: Value = numbers.iter().map(|number| Value::from(*number)).collect();
            let text = written(list.clone(), Some(EncodingFormat::Base64)).unwrap();
            prop_assert_eq!(written(text.clone(), Some(EncodingFormat::Float)).unwrap(), list.clone());
            prop_assert_eq!(written(text.clone(), Some(EncodingFormat::Base64)).unwrap(), text);
            prop_assert_eq!(written(list.clone(), None).unwrap(), list);
        }
    }
}
