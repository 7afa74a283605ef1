//! Sending to a browser's push service (RFC 8030).

use std::time::Duration;

use kernel::{Priority, Timestamp};
use reqwest::StatusCode;

use crate::push::{
    Endpoint, Ephemeral, PushError, PushNote, PushedTo, VapidKey, WebKeys, encrypt,
    note::{TTL_SECONDS, retry_after},
};

/// How long one call may take.
const CALL: Duration = Duration::from_secs(10);

/// Sends to browsers.
#[derive(Clone, Copy)]
pub struct WebPush<'a> {
    http: &'a reqwest::Client,
    key: &'a VapidKey,
    contact: &'a str,
}

impl<'a> WebPush<'a> {
    /// Signed with `key`; `contact` is where a push service reaches whoever sends, a `mailto:` or `https:` address.
    pub const fn new(http: &'a reqwest::Client, key: &'a VapidKey, contact: &'a str) -> Self {
        Self { http, key, contact }
    }

    /// Sends a note to one browser. One that comes again takes the place of the one before.
    ///
    /// # Errors
    /// See [`PushError`].
    pub async fn send(
        &self,
        note: &PushNote,
        (endpoint, keys): (&Endpoint, &WebKeys),
        ephemeral: &Ephemeral,
        now: Timestamp,
    ) -> Result<PushedTo, PushError> {
        let body = encrypt(note.for_web().to_string().as_bytes(), keys, ephemeral);
        let body = body.map_err(|error| PushError::Refused(error.to_string()))?;
        let unsigned = || PushError::Refused("it cannot be signed".to_owned());
        let authorization = self.key.authorization(endpoint, self.contact, now).ok_or_else(unsigned)?;
        let request = self.http.post(endpoint.as_str()).timeout(CALL).body(body);
        let request = request
            .header("authorization", authorization.expose())
            .header("content-encoding", "aes128gcm")
            .header("content-type", "application/octet-stream")
            .header("ttl", TTL_SECONDS)
            .header("topic", note.topic())
            .header("urgency", urgency(note.priority));
        let answer = request.send().await.map_err(|_| PushError::Unavailable(None))?;
        let wait = retry_after(answer.headers());
        match answer.status() {
            status if status.is_success() => Ok(PushedTo(note.topic())),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(PushError::Gone),
            StatusCode::TOO_MANY_REQUESTS => Err(PushError::RateLimited(wait)),
            status if status.is_server_error() => Err(PushError::Unavailable(wait)),
            status => Err(PushError::Refused(status.as_u16().to_string())),
        }
    }
}

/// RFC 8030, section 5.3.
const fn urgency(priority: Priority) -> &'static str {
    match priority {
        Priority::Critical | Priority::High => "high",
        Priority::Medium => "normal",
        Priority::Low => "low",
    }
}

#[cfg(test)]
#[path = "web_push_tests.rs"]
mod tests;
