//! Answers that are kept for the same request of the same tenant.

use std::fmt::Write;

use aws_lc_rs::digest;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use table::Record;

use crate::TokenCounts;

/// The most bytes of an answer that is kept: a row has 400 KB at most.
pub const MOST_KEPT_BYTES: usize = 200 * 1024;

/// An answer that is kept. It is the tenant's own, sealed, and gone after the time that the tenant chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptAnswer {
    /// The answer, as JSON.
    #[serde(with = "table::personal")]
    pub answer: String,
    /// Who answered.
    pub provider: String,
    /// What the provider calls the model.
    pub model: String,
    /// What it took.
    pub tokens: TokenCounts,
    /// Until when it is given.
    pub until: Timestamp,
}

impl Record for KeptAnswer {
    const ROWS: &'static [&'static str] = &["AICACHE#{hash} / ANSWER"];
}

/// What the same request has again: the SHA-256 of its JSON with the fields of objects in order, and of what else decides the
/// answer, such as the settings' version. 64 hexadecimal digits.
pub fn fingerprint(request: &Value, beside: &[&str]) -> String {
    let mut text = String::new();
    normalise(request, &mut text);
    for part in beside {
        text.push('\u{1f}');
        text.push_str(part);
    }
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing into a text does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn normalise(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in sorted {
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                normalise(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for value in values {
                normalise(value, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_request_has_the_same_fingerprint_and_no_other() {
        let one = json!({ "model": "a", "messages": [{ "role": "user", "content": "hi" }] });
        let same: Value = serde_json::from_str(r#"{"messages":[{"content":"hi","role":"user"}],"model":"a"}"#).unwrap();
        assert_eq!(fingerprint(&one, &["3"]), fingerprint(&same, &["3"]));
        assert_eq!(fingerprint(&one, &[]).len(), 64);
        let others = [
            fingerprint(&one, &["4"]),
            fingerprint(&json!({ "model": "a", "messages": [] }), &["3"]),
            fingerprint(&json!({ "model": "a", "messages": [["role", "user"]] }), &["3"]),
            fingerprint(&json!({ "model": "a,b" }), &["3"]),
            fingerprint(&json!({ "model": "a", "b": null }), &["3"]),
        ];
        let all: std::collections::BTreeSet<_> = others.iter().collect();
        assert_eq!(all.len(), others.len());
        assert!(!others.contains(&fingerprint(&one, &["3"])));
    }
}
