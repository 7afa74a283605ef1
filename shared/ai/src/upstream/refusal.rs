//! How a call failed.

use std::time::Duration;

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How many characters of a provider's words are kept.
const LONGEST_MESSAGE: usize = 500;

/// What kind of failure it was, which says what is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Too many calls of the account (429).
    Busy,
    /// The provider fails (408, 500, 502, 503, 504, 529).
    Overloaded,
    /// It did not answer in time.
    TimedOut,
    /// It cannot be reached, or hung up.
    Unreachable,
    /// It answers what is no answer.
    Unreadable,
    /// It does not take the key (401, 403).
    Credentials,
    /// The account has no money or no more of what it bought (402, and 429 that says so).
    Quota,
    /// It has no such model or path (404, 405, 410).
    Missing,
    /// The account's state is against it (409).
    Conflict,
    /// The conversation is longer than the model reads.
    TooLong,
    /// The request itself (400, 422, and whatever else is the caller's).
    Rejected,
    /// The provider's wire has no word for what is asked; it was not called.
    Unsupported,
    /// The server is not on the public internet; it was not called.
    Blocked,
}

impl Refusal {
    /// Whether somebody should look at the account or its settings.
    pub const fn is_alert(self) -> bool {
        match self {
            Self::Credentials | Self::Quota | Self::Missing | Self::Conflict | Self::Unreadable | Self::Blocked => true,
            Self::Busy
            | Self::Overloaded
            | Self::TimedOut
            | Self::Unreachable
            | Self::TooLong
            | Self::Rejected
            | Self::Unsupported => false,
        }
    }

    /// Whether the provider is not there, so that its breaker counts it.
    pub const fn is_outage(self) -> bool {
        match self {
            Self::Overloaded | Self::TimedOut | Self::Unreachable => true,
            Self::Busy
            | Self::Unreadable
            | Self::Credentials
            | Self::Quota
            | Self::Missing
            | Self::Conflict
            | Self::TooLong
            | Self::Rejected
            | Self::Unsupported
            | Self::Blocked => false,
        }
    }

    /// Whether the target was called at all.
    pub const fn was_called(self) -> bool {
        !matches!(self, Self::Unsupported | Self::Blocked)
    }

    /// Its name in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Overloaded => "overloaded",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::Credentials => "credentials",
            Self::Quota => "quota",
            Self::Missing => "missing",
            Self::Conflict => "conflict",
            Self::TooLong => "too_long",
            Self::Rejected => "rejected",
            Self::Unsupported => "unsupported",
            Self::Blocked => "blocked",
        }
    }
}

/// How a call failed. Its message is the provider's, which may quote the request: it is for the caller and for no log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamError {
    /// What kind.
    pub refusal: Refusal,
    /// The status, or the one that stands for an error within an answer.
    pub status: Option<u16>,
    /// The provider's words, cut to 500 characters; empty where it had none.
    pub message: String,
    /// For how long it wants no other call.
    pub retry_after: Option<Duration>,
    /// It says that the same call is not to be made again.
    pub is_forbidden_again: bool,
}

impl UpstreamError {
    /// A failure without a word of the provider's.
    pub fn of(refusal: Refusal) -> Self {
        Self { refusal, status: None, message: String::new(), retry_after: None, is_forbidden_again: false }
    }

    /// What our side cannot say to the provider.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::of(Refusal::Unsupported) }
    }

    /// A refusal by status: its headers and its body, of whichever provider.
    pub fn read(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let mut error = Self::told(status, &value);
        let millis = header("retry-after-ms").and_then(|text| text.trim().parse().ok()).map(Duration::from_millis);
        let seconds = header("retry-after").and_then(seconds);
        error.retry_after = millis.or(seconds).or(error.retry_after);
        error.is_forbidden_again = header("x-should-retry") == Some("false");
        error
    }

    /// A refusal within an answer: the JSON of an event. Its code or type stands for a status.
    pub fn within(value: &Value) -> Self {
        let error = of_object(value);
        let code = error.get("code");
        let number = code.and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
        let number = number.or_else(|| code.and_then(Value::as_str).and_then(|code| code.parse().ok()));
        let word = |name: &str| error.get(name).and_then(Value::as_str).and_then(status_of);
        let status = number.filter(|status| (400..600).contains(status));
        let status = status.or_else(|| word("type")).or_else(|| word("code")).or_else(|| word("status"));
        Self::told(status.unwrap_or(500), value)
    }

    fn told(status: u16, value: &Value) -> Self {
        let error = of_object(value);
        let message = error.get("message").or(Some(error)).and_then(Value::as_str).unwrap_or_default();
        let words = ["code", "type", "status"].map(|name| error.get(name).and_then(Value::as_str).unwrap_or_default());
        let spent =
            error.pointer("/details/error_code").and_then(Value::as_str) == Some("enforced_spend_limit_reached");
        let is_quota = spent || words.iter().any(|word| QUOTA.contains(word));
        let retry_after = error.get("details").and_then(Value::as_array).and_then(|details| {
            details.iter().find_map(|one| one.get("retryDelay")?.as_str()?.strip_suffix('s').and_then(seconds))
        });
        let refusal = match status {
            402 => Refusal::Quota,
            _ if is_quota => Refusal::Quota,
            400 | 413 if is_too_long(&words, message) || status == 413 => Refusal::TooLong,
            400 if is_no_key(error) => Refusal::Credentials,
            401 | 403 => Refusal::Credentials,
            404 | 405 | 410 => Refusal::Missing,
            409 => Refusal::Conflict,
            408 | 500..=599 => Refusal::Overloaded,
            429 => Refusal::Busy,
            400..=499 => Refusal::Rejected,
            _ => Refusal::Unreadable,
        };
        let message = message.chars().map(|one| if one.is_control() { ' ' } else { one }).take(LONGEST_MESSAGE);
        Self { status: Some(status), message: message.collect(), retry_after, ..Self::of(refusal) }
    }
}

/// Codes and types that say that money or a bought amount is used up; waiting does not help.
const QUOTA: [&str; 5] = [
    "insufficient_quota",
    "billing_error",
    "credit_balance_exhausted",
    "billing_hard_limit_reached",
    "insufficient_balance",
];

/// `Gemini` wraps an error in a list where it is asked for events.
fn of_object(value: &Value) -> &Value {
    let value = value.as_array().and_then(|all| all.first()).unwrap_or(value);
    value.get("error").unwrap_or(value)
}

/// Types and codes of errors within an answer, and the statuses that they have otherwise.
fn status_of(word: &str) -> Option<u16> {
    Some(match word {
        "overloaded_error" | "overloaded" => 529,
        "rate_limit_error" | "rate_limit_exceeded" | "RESOURCE_EXHAUSTED" | "insufficient_quota" => 429,
        "api_error" | "server_error" | "internal_error" | "INTERNAL" => 500,
        "UNAVAILABLE" | "service_unavailable" => 503,
        "timeout_error" | "DEADLINE_EXCEEDED" => 504,
        "authentication_error" | "invalid_api_key" | "UNAUTHENTICATED" => 401,
        "permission_error" | "PERMISSION_DENIED" => 403,
        "billing_error" => 402,
        "not_found_error" | "model_not_found" | "NOT_FOUND" => 404,
        "request_too_large" => 413,
        "invalid_request_error" | "context_length_exceeded" | "INVALID_ARGUMENT" | "FAILED_PRECONDITION" => 400,
        _ => return None,
    })
}

/// Providers without a code for it say so in words.
fn is_too_long(words: &[&str], message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    words.contains(&"context_length_exceeded")
        || message.contains("prompt is too long")
        || message.contains("maximum context length")
        || message.contains("exceeds the maximum number of tokens")
        || message.contains("context window")
}

/// `Gemini` answers 400 to a key that nobody has.
fn is_no_key(error: &Value) -> bool {
    let reasons = error.get("details").and_then(Value::as_array).into_iter().flatten();
    reasons.filter_map(|one| one.get("reason")?.as_str()).any(|reason| reason == "API_KEY_INVALID")
}

/// Seconds with or without decimals, up to a day. Dates are not read: no provider here sends one.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    let whole: u64 = whole.parse().ok()?;
    Some(Duration::from_secs(whole.min(86_400)) + Duration::from_millis(millis.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(status: u16, body: &Value) -> UpstreamError {
        UpstreamError::read(status, &HeaderMap::new(), body.to_string().as_bytes())
    }

    #[test]
    fn each_status_is_of_one_kind() {
        for (statuses, refusal) in [
            (&[429][..], Refusal::Busy),
            (&[408, 500, 502, 503, 504, 529, 599][..], Refusal::Overloaded),
            (&[401, 403][..], Refusal::Credentials),
            (&[402][..], Refusal::Quota),
            (&[404, 405, 410][..], Refusal::Missing),
            (&[409][..], Refusal::Conflict),
            (&[413][..], Refusal::TooLong),
            (&[400, 411, 415, 418, 422, 451][..], Refusal::Rejected),
            (&[101, 201, 301, 302, 307, 600][..], Refusal::Unreadable),
        ] {
            for status in statuses {
                assert_eq!(read(*status, &json!({})).refusal, refusal, "{status}");
                assert_eq!(UpstreamError::read(*status, &HeaderMap::new(), b"<html>").refusal, refusal, "{status}");
            }
        }
    }

    #[test]
    fn a_spent_quota_is_not_waited_for() {
        for body in [
            json!({"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}}),
            json!({"type": "error", "error": {"type": "rate_limit_error", "message": "", "details": {"error_code": "enforced_spend_limit_reached"}}}),
            json!({"error": {"type": "billing_error", "message": ""}}),
        ] {
            assert_eq!(read(429, &body).refusal, Refusal::Quota, "{body}");
            assert_eq!(read(400, &body).refusal, Refusal::Quota, "{body}");
        }
        let busy = json!({"error": {"type": "rate_limit_error", "code": "rate_limit_exceeded"}});
        assert_eq!(read(429, &busy).refusal, Refusal::Busy);
    }

    #[test]
    fn a_conversation_that_is_too_long_is_told_in_each_providers_words() {
        for message in [
            "prompt is too long: 210000 tokens > 200000 maximum",
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            "This model's maximum context length is 65536 tokens.",
        ] {
            assert_eq!(read(400, &json!({"error": {"message": message}})).refusal, Refusal::TooLong, "{message}");
        }
        let coded = json!({"error": {"message": "no", "code": "context_length_exceeded"}});
        assert_eq!(read(400, &coded).refusal, Refusal::TooLong);
    }

    #[test]
    fn gemini_answers_400_to_a_key_that_nobody_has() {
        let body = json!({"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT",
            "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}});
        assert_eq!(read(400, &body).refusal, Refusal::Credentials);
    }

    #[test]
    fn an_error_within_an_answer_has_the_status_that_its_word_stands_for() {
        for (value, status, refusal) in [
            (
                json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
                529,
                Refusal::Overloaded,
            ),
            (json!({"error": {"message": "slow down", "code": 429}}), 429, Refusal::Busy),
            (json!({"error": {"message": "slow down", "code": "429"}}), 429, Refusal::Busy),
            (json!({"error": {"type": "server_error", "code": null}}), 500, Refusal::Overloaded),
            (json!([{"error": {"code": 503, "status": "UNAVAILABLE", "message": ""}}]), 503, Refusal::Overloaded),
            (json!({"error": {"type": "invalid_request_error", "message": "bad"}}), 400, Refusal::Rejected),
            (json!({"error": "something"}), 500, Refusal::Overloaded),
        ] {
            let error = UpstreamError::within(&value);
            assert_eq!((error.status, error.refusal), (Some(status), refusal), "{value}");
        }
    }

    #[test]
    fn how_long_it_wants_no_other_call_is_read() {
        let with = |name: &'static str, text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, text.parse().unwrap());
            UpstreamError::read(429, &headers, b"").retry_after
        };
        assert_eq!(with("retry-after", "3"), Some(Duration::from_secs(3)));
        assert_eq!(with("retry-after", "0.25"), Some(Duration::from_millis(250)));
        assert_eq!(with("retry-after-ms", "1500"), Some(Duration::from_millis(1_500)));
        assert_eq!(with("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(with("retry-after", "-1"), None);
        let info = json!({"error": {"code": 429, "details": [{"@type": "x"}, {"retryDelay": "27.5s"}]}});
        assert_eq!(read(429, &info).retry_after, Some(Duration::from_millis(27_500)));
    }

    #[test]
    fn words_are_cut_and_have_no_control_characters() {
        let long = json!({"error": {"message": format!("a\r\n{}", "é".repeat(600))}});
        let message = read(400, &long).message;
        assert_eq!(message.chars().count(), 500);
        assert!(message.starts_with("a  é"));
    }
}
