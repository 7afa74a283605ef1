//! A call of the Bot API: an object with its parameters.

use serde_json::Value;

/// Gives a call one more parameter.
pub(super) fn set(call: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(parameters) = call.as_object_mut() {
        parameters.insert(name.to_owned(), value.into());
    }
}
