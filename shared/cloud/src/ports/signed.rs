//! One signed call to an AWS service, for services of which we use a single call: their SDKs would cost minutes of
//! compile time each.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use serde_json::Value;

use crate::{Outbound, PortError};

/// Signs and sends JSON posts to one service.
#[derive(Clone, Debug)]
pub(crate) struct SignedCaller {
    sdk: SdkConfig,
    http: Outbound,
    service: &'static str,
    base_url: String,
}

impl SignedCaller {
    /// Calls `service` (its name in signatures, such as `ses`) at `host_prefix.<region>.amazonaws.com`, or at `endpoint`.
    pub(crate) fn new(
        sdk: SdkConfig,
        http: Outbound,
        service: &'static str,
        host_prefix: &str,
        endpoint: Option<&str>,
    ) -> Self {
        let region = sdk.region().map_or("us-east-1", |region| region.as_ref());
        let own = || format!("https://{host_prefix}.{region}.amazonaws.com");
        let base_url = endpoint.map_or_else(own, str::to_owned);
        Self { sdk, http, service, base_url }
    }

    /// Posts `body` to `path` with these headers; the answer's body on success.
    ///
    /// # Errors
    /// `Unknown` when the service may have done what it was asked, and did not say so.
    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &Value,
    ) -> Result<Value, PortError> {
        let url = format!("{}{path}", self.base_url);
        let body = body.to_string();
        let mut request = self.http.client().post(&url).timeout(Duration::from_secs(10)).body(body.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in self.signature(&url, headers, body.as_bytes()).await? {
            request = request.header(name, value);
        }
        let answer = request.send().await.map_err(|error| {
            // Whatever fails behind the connection may have been read at the other end of it.
            let nothing_left = error.is_connect() || error.is_builder();
            let error = error.without_url();
            if nothing_left {
                PortError::unavailable(self.service, error)
            } else {
                PortError::unknown(self.service, error)
            }
        })?;
        let status = answer.status();
        let kind = answer.headers().get("x-amzn-errortype").and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        let text = answer.text().await.map_err(|error| PortError::unknown(self.service, error.without_url()))?;
        read(self.service, status.as_u16(), kind.as_deref(), &text)
    }

    #[expect(clippy::disallowed_methods, reason = "signatures carry the real time, whatever the test clock says")]
    async fn signature(
        &self,
        url: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<Vec<(String, String)>, PortError> {
        let provider = self.sdk.credentials_provider().ok_or_else(|| self.refused("no credentials"))?;
        let credentials =
            provider.provide_credentials().await.map_err(|error| PortError::unavailable(self.service, error))?;
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.sdk.region().map_or("us-east-1", |region| region.as_ref()))
            .name(self.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| self.refused(error))?;
        let signable = SignableRequest::new("POST", url, headers.iter().copied(), SignableBody::Bytes(body))
            .map_err(|error| self.refused(error))?;
        let (instructions, _) = sign(signable, &params.into()).map_err(|error| self.refused(error))?.into_parts();
        Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    fn refused(&self, cause: impl ToString) -> PortError {
        PortError::refused(self.service, cause)
    }
}

/// How services call it when they are asked too often or for too much, besides status 429.
const THROTTLES: [&str; 3] = ["TooManyRequestsException", "ThrottlingException", "LimitExceededException"];

/// What an answer means.
fn read(service: &'static str, status: u16, kind: Option<&str>, text: &str) -> Result<Value, PortError> {
    let named = || format!("{status} {}", error_kind(kind, text));
    match status {
        200..=299 => serde_json::from_str(text).map_err(|error| PortError::unknown(service, error)),
        429 => Err(PortError::Throttled { service, cause: named() }),
        400..=499 if THROTTLES.contains(&error_kind(kind, text).as_str()) => {
            Err(PortError::Throttled { service, cause: named() })
        }
        // The one of the server's errors by which it says that it did nothing.
        503 => Err(PortError::unavailable(service, named())),
        500..=599 => Err(PortError::unknown(service, named())),
        _ => Err(PortError::refused(service, named())),
    }
}

/// The name of a refusal, for the log, and none of its sentence: SES quotes addresses in those.
fn error_kind(header: Option<&str>, body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let named = header.or_else(|| body.get("__type").and_then(Value::as_str)).unwrap_or("unnamed");
    // `com.amazon.coral#ThrottlingException:http://…`, of which the middle is the name.
    let name = named.split(':').next().unwrap_or_default().rsplit('#').next().unwrap_or_default();
    name.chars().filter(char::is_ascii_alphanumeric).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_done_is_not_called_undone() {
        let read = |status, kind, text| read("ses", status, kind, text);
        assert_eq!(read(200, None, r#"{"MessageId":"m"}"#).unwrap(), serde_json::json!({"MessageId": "m"}));
        for (status, text) in [(200, "<html>"), (200, ""), (500, "{}"), (502, ""), (504, "")] {
            assert!(matches!(read(status, None, text), Err(PortError::Unknown { .. })), "{status} {text}");
        }
        assert!(matches!(read(503, None, ""), Err(PortError::Unavailable { .. })));
        for (status, kind) in [(429, None), (400, Some("ThrottlingException")), (400, Some("LimitExceededException"))] {
            assert!(matches!(read(status, kind, ""), Err(PortError::Throttled { .. })), "{status} {kind:?}");
        }
        assert!(matches!(read(400, Some("MessageRejected"), ""), Err(PortError::Refused { .. })));
    }

    #[test]
    fn a_refusal_is_named_and_not_quoted() {
        let said = r#"{"message":"Email address is not verified: budi@example.com"}"#;
        assert_eq!(error_kind(Some("MessageRejected:http://internal.amazon.com/coral/"), said), "MessageRejected");
        let typed = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"User: arn:aws:x"}"#;
        assert_eq!(error_kind(None, typed), "AccessDeniedException");
        for unreadable in ["", "budi@example.com", "[]"] {
            assert_eq!(error_kind(None, unreadable), "unnamed");
        }
    }
}
