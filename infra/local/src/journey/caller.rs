//! Calling the API and the control API, and stopping at the first answer that is not as it must be.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::{Stage, Teller};

/// Why the journey stopped.
#[derive(Debug, thiserror::Error)]
pub enum JourneyError {
    /// Nobody answers at the address.
    #[error("{method} {path} got no answer: {cause}")]
    NoAnswer {
        /// The method.
        method: Method,
        /// The path.
        path: String,
        /// What the connection said.
        cause: String,
    },
    /// The answer has another status than it must have.
    #[error("{method} {path} answered {status} where {wanted} was due: {body}")]
    Status {
        /// The method.
        method: Method,
        /// The path.
        path: String,
        /// What came.
        status: u16,
        /// What must come.
        wanted: u16,
        /// The body.
        body: String,
    },
    /// Something that must be true is not.
    #[error("{0}")]
    Untrue(String),
}

/// Calls on behalf of people.
pub(super) struct Caller<'a> {
    http: reqwest::Client,
    stage: &'a Stage,
    pub(super) teller: &'a dyn Teller,
}

/// A call to be sent.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) token: Option<&'a str>,
    pub(super) tenant: Option<&'a str>,
    pub(super) key: Option<&'a str>,
    pub(super) body: Option<Value>,
}

impl<'a> Call<'a> {
    pub(super) const fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, token: None, tenant: None, key: None, body: None }
    }

    pub(super) const fn post(path: &'a str, body: Value) -> Self {
        Self { method: Method::POST, path, token: None, tenant: None, key: None, body: Some(body) }
    }

    pub(super) const fn put(path: &'a str, body: Value) -> Self {
        Self { method: Method::PUT, path, token: None, tenant: None, key: None, body: Some(body) }
    }

    pub(super) fn token(self, token: &'a str) -> Self {
        Self { token: Some(token), ..self }
    }

    pub(super) fn tenant(self, tenant: &'a str) -> Self {
        Self { tenant: Some(tenant), ..self }
    }

    pub(super) fn key(self, key: &'a str) -> Self {
        Self { key: Some(key), ..self }
    }
}

impl<'a> Caller<'a> {
    pub(super) fn new(stage: &'a Stage, teller: &'a dyn Teller) -> Result<Self, JourneyError> {
        // A month of schedules may take a while to play.
        let http =
            reqwest::Client::builder().timeout(Duration::from_mins(3)).redirect(reqwest::redirect::Policy::none());
        let http = http.build();
        let http = http.map_err(|error| JourneyError::Untrue(format!("no HTTP client: {error}")))?;
        Ok(Self { http, stage, teller })
    }

    /// Calls the API; tells what `say` makes of the answer's JSON.
    pub(super) async fn api(
        &self,
        call: Call<'_>,
        wanted: u16,
        say: impl Fn(&Value) -> String,
    ) -> Result<Value, JourneyError> {
        let path = format!("/api/v1{}", call.path);
        let (method, body) = (call.method.clone(), self.send(&self.stage.api, &path, call, wanted).await?);
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        self.teller.call(method.as_str(), &path, wanted, &say(&json));
        Ok(json)
    }

    /// Calls the API with whatever answer comes: its status and JSON.
    pub(super) async fn attempt(&self, call: Call<'_>) -> Result<(u16, Value), JourneyError> {
        let path = format!("/api/v1{}", call.path);
        let (status, body) = self.answer(&self.stage.api, &path, &call).await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// Reads bytes from the API.
    pub(super) async fn bytes(&self, call: Call<'_>) -> Result<Vec<u8>, JourneyError> {
        let path = format!("/api/v1{}", call.path);
        self.send(&self.stage.api, &path, call, 200).await
    }

    /// Opens a page of the API's host as a browser does, or sends its form; no redirect is followed.
    pub(super) async fn page(&self, url: &str, form: Option<&[(&str, &str)]>) -> Result<(u16, String), JourneyError> {
        let method = if form.is_some() { Method::POST } else { Method::GET };
        // The public name of a deployment under test leads nowhere: its API answers here.
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let mut request = self.http.request(method.clone(), format!("{}/{path}", self.stage.api));
        if let Some(form) = form {
            request = request.form(form);
        }
        let no_answer = |error: reqwest::Error| JourneyError::NoAnswer {
            method: method.clone(),
            path: "/pay".to_owned(),
            cause: error.to_string(),
        };
        let answer = request.send().await.map_err(no_answer)?;
        let status = answer.status().as_u16();
        let page = answer.text().await.map_err(no_answer)?;
        self.teller.call(method.as_str(), "/pay/{link}", status, "");
        Ok((status, page))
    }

    /// Calls the control API.
    pub(super) async fn control(&self, call: Call<'_>, say: impl Fn(&Value) -> String) -> Result<Value, JourneyError> {
        let path = format!("/_local{}", call.path);
        let (method, body) = (call.method.clone(), self.send(&self.stage.control, &path, call, 200).await?);
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        let said = say(&json);
        if !said.is_empty() {
            self.teller.call(method.as_str(), &path, 200, &said);
        }
        Ok(json)
    }

    /// Says that something was checked, or stops.
    pub(super) fn check(&self, holds: bool, claim: &str, seen: &dyn std::fmt::Debug) -> Result<(), JourneyError> {
        if holds {
            self.teller.proof(claim);
            Ok(())
        } else {
            Err(JourneyError::Untrue(format!("not true: {claim}; seen: {seen:?}")))
        }
    }

    async fn send(&self, base: &str, path: &str, call: Call<'_>, wanted: u16) -> Result<Vec<u8>, JourneyError> {
        let (status, body) = self.answer(base, path, &call).await?;
        if status == wanted {
            return Ok(body);
        }
        Err(JourneyError::Status {
            method: call.method,
            path: path.to_owned(),
            status,
            wanted,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    async fn answer(&self, base: &str, path: &str, call: &Call<'_>) -> Result<(u16, Vec<u8>), JourneyError> {
        let mut request = self.http.request(call.method.clone(), format!("{base}{path}"));
        if let Some(token) = call.token {
            request = request.bearer_auth(token);
        }
        if let Some(tenant) = call.tenant {
            request = request.header("x-tenant-id", tenant);
        }
        if let Some(key) = call.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let no_answer = |error: reqwest::Error| JourneyError::NoAnswer {
            method: call.method.clone(),
            path: path.to_owned(),
            cause: error.to_string(),
        };
        let answer = request.send().await.map_err(no_answer)?;
        let status = answer.status().as_u16();
        Ok((status, answer.bytes().await.map_err(no_answer)?.to_vec()))
    }
}

/// A text in an answer; empty when it is not there.
pub(super) fn text(json: &Value, pointer: &str) -> String {
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
