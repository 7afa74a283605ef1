//! Arguments of tools: a text on our wire, an object on others'.

use serde_json::{Map, Value, json};

/// The object that a text of arguments is. A model may have written what is no object: it is handed on under `arguments`.
pub(super) fn object(text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Object(Map::new());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_object() => value,
        Ok(_) | Err(_) => json!({ "arguments": text }),
    }
}
