//! The calls.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use kernel::{Clock, Money, TenantId, Timestamp};
use reqwest::Method as Verb;
use serde::de::DeserializeOwned;

use super::{
    account::StripeAccount,
    amount,
    capabilities::{CAPABILITIES, ON_PAGE},
    form::Form,
    notification,
    outcome::refusal,
    reading::{next_action, order_of, read},
    request,
    wire::{Intent, WirePage},
};
use crate::{
    Capabilities, ChargeOrder, Charged, NotificationError, Observed, PaymentProvider, ProviderError, ProviderStatus,
    RefundOrder, RefundOutcome, WebhookCall, Word,
};

/// Where Stripe answers, in test mode as in live mode: the key says which.
const URL: &str = "https://api.stripe.com";
/// The version that requests are made in and answers are read in, whatever the account's own is.
const VERSION: &str = "2026-10-28.endive";
/// The longest wait for one answer: an HTTP function has 29 seconds, and may ask twice.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Stripe on behalf of one merchant.
#[derive(Clone)]
pub struct Stripe {
    http: reqwest::Client,
    pub(crate) account: StripeAccount,
    pub(crate) tenant: TenantId,
    base_url: String,
    pub(crate) return_url: Option<String>,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

impl Stripe {
    /// The account of `tenant` behind Stripe's address: payments of other tenants in the same account are not seen.
    pub fn new(http: reqwest::Client, account: StripeAccount, tenant: TenantId, clock: Arc<dyn Clock>) -> Self {
        let base_url = URL.to_owned();
        Self { http, account, tenant, base_url, return_url: None, clock, timeout: CALL_TIMEOUT }
    }

    /// What it takes and how it answers, the same for every merchant.
    pub fn capabilities() -> &'static Capabilities {
        &CAPABILITIES
    }

    /// Behind this address in place of Stripe's own.
    pub fn at(self, base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), ..self }
    }

    /// Waits no longer than this for one answer.
    pub fn answering_within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Where a bank sends payers whose charge names no place to return to: without one it cannot ask them anything.
    pub fn returning_to(self, url: String) -> Self {
        Self { return_url: Some(url), ..self }
    }

    /// One call. The form stands in the body of a POST and behind the path of any other.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        verb: Verb,
        path: &str,
        key: Option<&str>,
        form: &Form,
    ) -> Result<T, ProviderError> {
        let (url, form) = (format!("{}{path}", self.base_url), form.encoded());
        let request = if verb == Verb::POST {
            let request = self.http.request(verb, url);
            request.header("content-type", "application/x-www-form-urlencoded").body(form)
        } else {
            self.http.request(verb, if form.is_empty() { url } else { format!("{url}?{form}") })
        };
        let request = request
            .timeout(self.timeout)
            .bearer_auth(self.account.secret_key.expose())
            .header("stripe-version", VERSION)
            .header("accept", "application/json");
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        let answer = match request.send().await {
            Ok(answer) => answer,
            // Without a connection nothing was sent; after that, anything may have happened.
            Err(error) if error.is_connect() => return Err(ProviderError::NotSent),
            Err(_) => return Err(ProviderError::Unknown),
        };
        let http_status = answer.status();
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let retry = match header("stripe-should-retry").as_deref() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        let request_id = header("request-id").unwrap_or_default();
        let bytes = answer.bytes().await.map_err(|_| ProviderError::Unknown)?;
        if http_status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|_| ProviderError::Unknown);
        }
        let error = refusal(http_status.as_u16(), retry, &bytes);
        tracing::warn!(
            http.status = http_status.as_u16(),
            provider.path = path,
            provider.request_id = request_id,
            error = %error,
            "stripe refused"
        );
        Err(error)
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from(self.clock.now())
    }

    /// What a payment intent says, provided that it is one of this tenant's.
    pub(crate) fn charged(&self, intent: &Intent) -> Result<Charged, ProviderError> {
        let order_id = order_of(&intent.metadata, self.tenant).ok_or(ProviderError::NotFound)?;
        let status = read(intent, order_id, self.now()).map_err(ProviderError::Mismatch)?;
        let next_action = (status.observed == Observed::Pending).then(|| next_action(intent)).flatten();
        Ok(Charged { status, next_action, expires_at: None })
    }

    /// The payment intent of this name: Stripe's, or ours, which is searched for and found a minute after it was made at
    /// the latest (docs.stripe.com/search, "Data freshness").
    pub(crate) async fn find(&self, id: &str) -> Result<Intent, ProviderError> {
        // It becomes a part of a path or of a query: what cannot be a name is asked of nobody.
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
            return Err(ProviderError::NotFound);
        }
        if id.starts_with("pi_") {
            let form = Form::default().with("expand[0]", "latest_charge");
            return self.call(Verb::GET, &format!("/v1/payment_intents/{id}"), None, &form).await;
        }
        let form = Form::default()
            .with("query", &format!("metadata['payment_id']:'{id}' AND metadata['tenant']:'{}'", self.tenant))
            .with("expand[0]", "data.latest_charge");
        let found: WirePage<Intent> = self.call(Verb::GET, "/v1/payment_intents/search", None, &form).await?;
        // One payment is one payment intent; should there be two after all, the one with the money counts.
        let paid = found.data.iter().find(|intent| intent.status.as_deref() == Some("succeeded"));
        paid.or(found.data.first()).cloned().ok_or(ProviderError::NotFound)
    }

    /// Ends a payment intent that has no money yet, as cancelled or expired. One that has ended stays as it ended.
    async fn end(&self, id: &str, ended: Observed) -> Result<ProviderStatus, ProviderError> {
        let found = self.find(id).await?;
        let ProviderStatus { transaction_id: intent, observed, .. } = self.charged(&found)?.status;
        if found.is_of_page() && observed == Observed::Pending {
            return self.end_page(&intent, ended).await;
        }
        let reason = if ended == Observed::Expired { "abandoned" } else { "requested_by_customer" };
        let form = Form::default().with("cancellation_reason", reason).with("expand[0]", "latest_charge");
        // No idempotency key: ending it twice does no harm, and under a key a fault of Stripe's would be remembered for a day.
        let ended = self.call(Verb::POST, &format!("/v1/payment_intents/{intent}/cancel"), None, &form).await;
        match ended {
            Err(ProviderError::StateLocked) => match self.status(&intent).await?.status {
                status if matches!(status.observed, Observed::Cancelled | Observed::Expired) => Ok(status),
                _ => Err(ProviderError::StateLocked),
            },
            Ok(intent) => Ok(self.charged(&intent)?.status),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl PaymentProvider for Stripe {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn charge(&self, charge: &ChargeOrder) -> Result<Charged, ProviderError> {
        if ON_PAGE.contains(&charge.method) {
            return self.open_page(charge).await;
        }
        let form = request::charge(charge, self.return_url.as_deref())?;
        let key = charge.key();
        self.charged(&self.call(Verb::POST, "/v1/payment_intents", Some(&key), &form).await?)
    }

    async fn status(&self, id: &str) -> Result<Charged, ProviderError> {
        self.charged(&self.find(id).await?)
    }

    async fn cancel(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.end(id, Observed::Cancelled).await
    }

    /// Stripe gives payers no time limit: it is ended as abandoned.
    async fn expire(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.end(id, Observed::Expired).await
    }

    /// No idempotency key: what was captured cannot be captured again.
    async fn capture(&self, transaction: &str, amount: Money) -> Result<ProviderStatus, ProviderError> {
        let intent = self.charged(&self.find(transaction).await?)?.status.transaction_id;
        let amount =
            amount::to_wire(amount).ok_or(ProviderError::NotWellFormed("the amount is in no unit of Stripe's"))?;
        let form = Form::default().with("amount_to_capture", &amount).with("expand[0]", "latest_charge");
        let captured = self.call(Verb::POST, &format!("/v1/payment_intents/{intent}/capture"), None, &form).await?;
        Ok(self.charged(&captured)?.status)
    }

    async fn approve(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    async fn deny(&self, _: &str) -> Result<ProviderStatus, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    async fn close_page(&self, url: &str) -> Result<(), ProviderError> {
        self.close_session_of(url).await
    }

    async fn refund(&self, refund: &RefundOrder) -> Result<RefundOutcome, ProviderError> {
        self.give_back(refund).await
    }

    fn hear(&self, delivery: &WebhookCall<'_>) -> Result<Option<Word>, NotificationError> {
        notification::hear(&self.account, self.tenant, delivery)
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
pub(crate) mod tests;
