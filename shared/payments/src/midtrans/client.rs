//! The calls.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use kernel::{Clock, Timestamp};
use reqwest::{Method as Verb, header::HeaderValue};
use serde_json::{Value, json};

use super::{
    account::MidtransAccount, capabilities::CAPABILITIES, instructions, notification, outcome::outcome, reading::read,
    request, wib, wire::Body,
};
use crate::{
    Capabilities, ChargeOrder, Charged, Heard, NotificationError, Observed, PaymentProvider, ProviderError,
    ProviderStatus, RefundOrder, RefundOutcome, WebhookCall, Word, refunded,
};

/// The longest wait for one answer: Midtrans' own gateways give up after 30 s, and an HTTP function has 29.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// Midtrans on behalf of one merchant.
#[derive(Clone)]
pub struct Midtrans {
    http: reqwest::Client,
    account: MidtransAccount,
    base_url: String,
    notification_url: Option<String>,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

impl Midtrans {
    /// The account behind its environment's address, or behind `base_url` where that is given.
    pub fn new(http: reqwest::Client, account: MidtransAccount, base_url: Option<&str>, clock: Arc<dyn Clock>) -> Self {
        let base_url = base_url.filter(|url| !url.is_empty()).unwrap_or(account.environment.url());
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { http, account, base_url, notification_url: None, clock, timeout: CALL_TIMEOUT }
    }

    /// What it takes and how it answers, the same for every merchant.
    pub fn capabilities() -> &'static Capabilities {
        &CAPABILITIES
    }

    /// Waits no longer than this for one answer.
    pub fn answering_within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Tells Midtrans with every charge where to send its notifications, whatever the merchant's dashboard says.
    pub fn notifying(self, url: String) -> Self {
        Self { notification_url: Some(url), ..self }
    }

    async fn call(
        &self,
        verb: Verb,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Body, ProviderError> {
        let url = format!("{}{path}", self.base_url);
        let password: Option<&str> = None;
        let mut request = self
            .http
            .request(verb, url)
            .timeout(self.timeout)
            .basic_auth(self.account.server_key.expose(), password)
            .header("accept", "application/json");
        if let Some(key) = key {
            debug_assert!(key.len() <= request::KEY_MAX, "midtrans would ignore the key");
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
            if let Some(url) = self.notification_url.as_deref().and_then(|url| HeaderValue::from_str(url).ok()) {
                request = request.header("x-override-notification", url);
            }
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            // Without a connection nothing was sent; after that, anything may have happened.
            Err(error) if error.is_connect() => return Err(ProviderError::NotSent),
            Err(_) => return Err(ProviderError::Unknown),
        };
        let http_status = answer.status().as_u16();
        let bytes = answer.bytes().await.map_err(|_| ProviderError::Unknown)?;
        outcome(http_status, &bytes).inspect_err(|error| {
            tracing::warn!(http.status = http_status, provider.path = path, error = %error, "midtrans refused");
        })
    }

    fn charged(&self, body: &Body) -> Result<Charged, ProviderError> {
        let status = self.read(body)?;
        let next_action =
            (status.observed == Observed::Pending).then(|| instructions::next_action(body, &self.base_url)).flatten();
        let expires_at = body.expiry_time.as_deref().or(body.expire_time.as_deref()).and_then(wib::parse);
        Ok(Charged { status, next_action, expires_at })
    }

    fn read(&self, body: &Body) -> Result<ProviderStatus, ProviderError> {
        let now = Timestamp::from(self.clock.now());
        read(body, &self.account, Heard::Confirmed, now).map_err(ProviderError::Mismatch)
    }

    /// A call about a payment; an id that cannot be one of theirs is asked of nobody.
    async fn about(
        &self,
        verb: Verb,
        id: &str,
        what: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Body, ProviderError> {
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_~.".contains(&b)) {
            return Err(ProviderError::NotFound);
        }
        self.call(verb, &format!("/v2/{id}/{what}"), key, body).await
    }
}

#[async_trait]
impl PaymentProvider for Midtrans {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn charge(&self, charge: &ChargeOrder) -> Result<Charged, ProviderError> {
        let body = request::charge(charge)?;
        let key = request::charge_key(charge);
        self.charged(&self.call(Verb::POST, "/v2/charge", Some(&key), Some(&body)).await?)
    }

    async fn status(&self, id: &str) -> Result<Charged, ProviderError> {
        self.charged(&self.about(Verb::GET, id, "status", None, None).await?)
    }

    async fn cancel(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.read(&self.about(Verb::POST, id, "cancel", None, None).await?)
    }

    async fn expire(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.read(&self.about(Verb::POST, id, "expire", None, None).await?)
    }

    async fn refund(&self, refund: &RefundOrder) -> Result<RefundOutcome, ProviderError> {
        let key = format!("{}-refund", refund.key);
        if refund.key.is_empty() || key.len() > request::KEY_MAX {
            return Err(ProviderError::NotWellFormed("the refund key is empty or too long"));
        }
        let body = json!({"refund_key": refund.key, "amount": refund.amount.minor(), "reason": refund.reason});
        let answer = self.about(Verb::POST, &refund.id, "refund", Some(&key), Some(&body)).await?;
        refunded(self.read(&answer)?)
    }

    fn hear(&self, delivery: &WebhookCall<'_>) -> Result<Option<Word>, NotificationError> {
        notification::hear(&self.account, delivery).map(Some)
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
