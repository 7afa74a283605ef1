//! Sending to an app through Firebase Cloud Messaging, version 1 of its API
//! (<https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages>).

use std::time::Duration;

use kernel::{Priority, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::push::{
    AppToken, PushError, PushNote, PushedTo, ServiceAccount, TokenCache,
    note::{TTL_SECONDS, retry_after},
};

/// Where Firebase answers unless told otherwise.
const API: &str = "https://fcm.googleapis.com";
/// How long one call may take.
const CALL: Duration = Duration::from_secs(10);
/// How long to wait when Firebase does not say.
const QUOTA_PAUSE: Duration = Duration::from_mins(1);
/// As [`QUOTA_PAUSE`], when it is not well.
const PAUSE: Duration = Duration::from_secs(10);

/// A Firebase project that can send.
#[derive(Clone, Copy)]
pub struct Fcm<'a> {
    http: &'a reqwest::Client,
    base_url: Option<&'a str>,
    account: &'a ServiceAccount,
    tokens: &'a TokenCache,
}

/// What we read of a refusal.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: Reason,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reason {
    message: String,
    status: String,
    details: Vec<Value>,
}

impl<'a> Fcm<'a> {
    /// The project of a service account; `base_url` stands for Google's addresses where it is given.
    pub fn new(
        http: &'a reqwest::Client,
        base_url: Option<&'a str>,
        account: &'a ServiceAccount,
        tokens: &'a TokenCache,
    ) -> Self {
        let base_url = base_url.filter(|url| !url.is_empty()).map(|url| url.trim_end_matches('/'));
        Self { http, base_url, account, tokens }
    }

    /// Sends a note to one app. One that comes again takes the place of the one before.
    ///
    /// # Errors
    /// See [`PushError`].
    pub async fn send(&self, note: &PushNote, to: &AppToken, now: Timestamp) -> Result<PushedTo, PushError> {
        if !self.account.is_well_named() {
            return Err(PushError::Refused("the project has no such name".to_owned()));
        }
        let token = self.tokens.token(self.http, self.base_url, self.account, now).await?;
        let base = self.base_url.unwrap_or(API);
        let url = format!("{base}/v1/projects/{}/messages:send", self.account.project_id);
        let request = self.http.post(url).timeout(CALL).bearer_auth(token.expose()).json(&message(note, to.as_str()));
        let answer = request.send().await.map_err(|_| PushError::Unavailable(None))?;
        let (status, wait) = (answer.status().as_u16(), retry_after(answer.headers()));
        let said: Value = answer.json().await.unwrap_or_default();
        if (200..=299).contains(&status) {
            return Ok(PushedTo(said.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()));
        }
        let refusal: Refusal = serde_json::from_value(said).unwrap_or_default();
        let error = read(status, &refusal.error, wait);
        if status == 401 {
            self.tokens.forget(self.account);
        }
        Err(error)
    }
}

/// The message: `data` has texts alone.
fn message(note: &PushNote, token: &str) -> Value {
    let (is_urgent, topic) = (matches!(note.priority, Priority::Critical | Priority::High), note.topic());
    json!({ "message": {
        "token": token,
        "notification": { "title": note.title, "body": note.body },
        "data": { "id": note.id.to_string(), "kind": note.kind },
        "android": {
            "priority": if is_urgent { "HIGH" } else { "NORMAL" },
            "ttl": format!("{TTL_SECONDS}s"),
            "collapse_key": topic,
            "notification": { "tag": topic },
        },
        "apns": { "headers": {
            "apns-priority": if is_urgent { "10" } else { "5" },
            "apns-collapse-id": topic,
        } },
        "webpush": { "headers": { "TTL": TTL_SECONDS.to_string(), "Topic": topic } },
    } })
}

/// What a refusal means: by Firebase's own code where it says one.
fn read(status: u16, reason: &Reason, wait: Option<Duration>) -> PushError {
    let own = |detail: &Value| {
        let of_fcm = detail.get("@type").and_then(Value::as_str).is_some_and(|name| name.ends_with("fcm.v1.FcmError"));
        of_fcm.then(|| detail.get("errorCode").and_then(Value::as_str).map(str::to_owned)).flatten()
    };
    let code = reason.details.iter().find_map(own);
    let named = || {
        let name = code.as_deref().unwrap_or(&reason.status);
        let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
        PushError::Refused(format!("{status} {name}"))
    };
    match (code.as_deref(), status) {
        // The app was taken away.
        (Some("UNREGISTERED"), _) => PushError::Gone,
        // The token is none. Without that word the message is at fault, which is ours.
        (Some("INVALID_ARGUMENT"), _) if reason.message.contains("registration token") => PushError::Gone,
        (Some("QUOTA_EXCEEDED"), _) | (_, 429) => PushError::RateLimited(Some(wait.unwrap_or(QUOTA_PAUSE))),
        (Some("UNAVAILABLE" | "INTERNAL"), _) | (_, 500..=599) => {
            PushError::Unavailable(Some(wait.unwrap_or(PAUSE).max(PAUSE)))
        }
        // Our token ran out before its time; another is asked for.
        (None, 401) => PushError::Unavailable(None),
        // Also SENDER_ID_MISMATCH: the tenant's secret is that of another project than its apps'. When that is mended, the
        // devices work again.
        _ => named(),
    }
}

#[cfg(test)]
#[path = "fcm_tests.rs"]
mod tests;
