//! The calls.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use kernel::{Clock, Money, Timestamp};
use reqwest::{Method as Verb, header::HeaderValue};
use serde_json::{Value, json};

use super::{
    account::{Environment, MidtransAccount},
    capabilities::CAPABILITIES,
    instructions, notification,
    outcome::outcome,
    reading::read,
    request, snap, wib,
    wire::Body,
};
use crate::{
    Capabilities, CardWord, ChargeOrder, Charged, Heard, NextAction, NotificationError, Observed, PaymentProvider,
    ProviderError, ProviderStatus, RefundOrder, RefundOutcome, WebhookCall, Word, refunded,
};

/// The longest wait for one answer: Midtrans' own gateways give up after 30 s, and an HTTP function has 29.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// Midtrans on behalf of one merchant.
#[derive(Clone)]
pub struct Midtrans {
    http: reqwest::Client,
    account: MidtransAccount,
    base_url: String,
    snap_url: String,
    notification_url: Option<String>,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

impl Midtrans {
    /// The account behind its environment's addresses, or behind `base_url` where that is given, with Snap beneath it.
    pub fn new(http: reqwest::Client, account: MidtransAccount, base_url: Option<&str>, clock: Arc<dyn Clock>) -> Self {
        let base_url = base_url.filter(|url| !url.is_empty()).unwrap_or(account.environment.url());
        let base_url = base_url.trim_end_matches('/').to_owned();
        let midtrans_own =
            [Environment::Sandbox, Environment::Production].into_iter().find(|one| one.url() == base_url);
        let snap_url = midtrans_own.map_or_else(|| format!("{base_url}/snap/v1"), |one| one.snap_url().to_owned());
        Self { http, account, base_url, snap_url, notification_url: None, clock, timeout: CALL_TIMEOUT }
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
        let (http_status, bytes) = self.send(verb, &format!("{}{path}", self.base_url), key, body).await?;
        outcome(http_status, &bytes).inspect_err(|error| refused(http_status, path, error))
    }

    /// One request, and the status and body of its answer.
    async fn send(
        &self,
        verb: Verb,
        url: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<(u16, Vec<u8>), ProviderError> {
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
        Ok((http_status, bytes.to_vec()))
    }

    /// Opens a page where the payer pays. No idempotency key: Snap takes a page back when it opens another of the order.
    async fn open_page(&self, charge: &ChargeOrder) -> Result<Charged, ProviderError> {
        let body = snap::page(charge)?;
        let url = format!("{}/transactions", self.snap_url);
        let (http_status, bytes) = self.send(Verb::POST, &url, None, Some(&body)).await?;
        let page = snap::opened(http_status, &bytes);
        let url = page.inspect_err(|error| refused(http_status, "/snap/v1/transactions", error))?;
        let (order_id, at) = (charge.payment.to_string(), self.now());
        let status = ProviderStatus {
            card: CardWord::default(),
            transaction_id: order_id.clone(),
            order_id,
            observed: Observed::PageOpen,
            gross: charge.amount,
            way: None,
            before_fee: None,
            settled_at: None,
            refund_confirmed_at: None,
            heard: Heard::Confirmed,
            at,
        };
        Ok(Charged {
            status,
            next_action: Some(NextAction::Redirect { url }),
            expires_at: Some(at.plus(snap::OPEN_FOR)),
        })
    }

    fn now(&self) -> Timestamp {
        Timestamp::from(self.clock.now())
    }

    fn charged(&self, body: &Body) -> Result<Charged, ProviderError> {
        let status = self.read(body)?;
        let next_action =
            (status.observed == Observed::Pending).then(|| instructions::next_action(body, &self.base_url)).flatten();
        let told = || body.expiry_time.as_deref().or(body.expire_time.as_deref()).and_then(wib::parse);
        let expires_at = if let Observed::Authorized { until } = status.observed { until } else { told() };
        Ok(Charged { status, next_action, expires_at })
    }

    fn read(&self, body: &Body) -> Result<ProviderStatus, ProviderError> {
        read(body, &self.account, Heard::Confirmed, self.now()).map_err(ProviderError::Mismatch)
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
        if snap::METHODS.contains(&charge.method) {
            return self.open_page(charge).await;
        }
        let body = request::charge(charge)?;
        let key = charge.key();
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

    /// No idempotency key: what was captured cannot be captured again.
    async fn capture(&self, transaction: &str, amount: Money) -> Result<ProviderStatus, ProviderError> {
        let body = json!({"transaction_id": transaction, "gross_amount": amount.minor()});
        self.read(&self.call(Verb::POST, "/v2/capture", None, Some(&body)).await?)
    }

    async fn approve(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.read(&self.about(Verb::POST, id, "approve", None, None).await?)
    }

    async fn deny(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.read(&self.about(Verb::POST, id, "deny", None, None).await?)
    }

    async fn close_page(&self, url: &str) -> Result<(), ProviderError> {
        let token = snap::token(url).ok_or(ProviderError::NotFound)?;
        let url = format!("{}/transactions/{token}/cancel", self.snap_url);
        let (http_status, bytes) = self.send(Verb::POST, &url, None, None).await?;
        snap::closed(http_status, &bytes)
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

fn refused(http_status: u16, path: &str, error: &ProviderError) {
    tracing::warn!(http.status = http_status, provider.path = path, error = %error, "midtrans refused");
}

#[cfg(test)]
#[path = "tests/client.rs"]
mod tests;
