//! The public API, as a caller on loopback sees it.

use bench::Failure;
use serde_json::Value;

/// Calls the API; clones share their connections.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    base: String,
}

impl Api {
    pub fn new(base: String) -> Self {
        Self { http: reqwest::Client::new(), base }
    }

    /// Posts JSON, which must succeed; the answer's `data`.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Result<Value, Failure> {
        let mut request = self.http.post(format!("{}/api/v1{path}", self.base)).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            return Err(format!("POST {path} answered {status}: {text}").into());
        }
        let mut answer: Value = serde_json::from_str(&text)?;
        Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
    }

    /// One `GET /api/v1/users/me`.
    pub async fn me(&self, token: &str) -> Result<(), Failure> {
        let answer = self.http.get(format!("{}/api/v1/users/me", self.base)).bearer_auth(token).send().await?;
        let status = answer.status();
        // The whole body is part of the call.
        let body = answer.bytes().await?;
        if status.is_success() { Ok(()) } else { Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into()) }
    }
}

/// A text in an answer.
pub fn text(answer: &Value, pointer: &str) -> Result<String, Failure> {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    Ok(text.ok_or_else(|| format!("no {pointer} in {answer}"))?.to_owned())
}
