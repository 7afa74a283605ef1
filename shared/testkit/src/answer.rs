//! What a router answered.

use std::fmt::Write;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// Status, headers and body of an answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What stands at a JSON pointer of the body; null when nothing does.
    pub fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_default()
    }

    /// A text at a JSON pointer of the body; empty when there is none.
    pub fn text(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_default().to_owned()
    }

    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Status and body for a snapshot: the body pretty-printed when it is JSON.
    pub fn snapshot(&self) -> String {
        let mut text = format!("{}\n", self.status);
        for name in ["etag", "idempotent-replayed", "location", "retry-after", "allow", "www-authenticate"] {
            if self.headers.contains_key(name) {
                let _ = writeln!(text, "{name}: {}", self.header(name));
            }
        }
        let json = self.json();
        let body = if json.is_null() {
            String::from_utf8_lossy(&self.body).into_owned()
        } else {
            serde_json::to_string_pretty(&json).unwrap_or_default()
        };
        text.push_str(&body);
        text
    }
}
