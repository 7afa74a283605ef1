//! The calls.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use kernel::{Clock, Timestamp};
use reqwest::{Method as Verb, header::HeaderValue};
use serde_json::{Value, json};

use super::{account::MidtransAccount, instructions, outcome::outcome, reading::read, request, wib, wire::Body};
use crate::{
    Charge, Charged, Heard, Observed, PaymentProvider, ProviderError, ProviderStatus, Refund, RefundOutcome,
    digest::sha256_hex,
};

/// How long to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest wait for one answer.
    pub call: Duration,
    /// The longest time for an operation with all of its retries.
    pub total: Duration,
    /// How many times a call is made again.
    pub retries: u32,
    /// The pause before the first retry; each next one is twice as long, and all get up to a quarter more.
    pub first_pause: Duration,
}

impl Limits {
    /// For a caller who waits: within the 29 seconds that an HTTP function has.
    pub const INTERACTIVE: Self = Self {
        call: Duration::from_secs(20),
        total: Duration::from_secs(25),
        retries: 3,
        first_pause: Duration::from_secs(1),
    };
    /// For work that nobody waits for: within the 5 minutes that Midtrans remembers an idempotency key.
    pub const BACKGROUND: Self = Self {
        call: Duration::from_secs(30),
        total: Duration::from_mins(4),
        retries: 4,
        first_pause: Duration::from_secs(1),
    };
}

/// Midtrans on behalf of one merchant.
#[derive(Clone)]
pub struct Midtrans {
    http: reqwest::Client,
    account: MidtransAccount,
    base_url: String,
    notification_url: Option<String>,
    clock: Arc<dyn Clock>,
    limits: Limits,
}

impl Midtrans {
    /// The account behind its environment's address, or behind `base_url` where that is given.
    pub fn new(
        http: reqwest::Client,
        account: MidtransAccount,
        base_url: Option<&str>,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Self {
        let base_url = base_url.filter(|url| !url.is_empty()).unwrap_or(account.environment.url());
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { http, account, base_url, notification_url: None, clock, limits }
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
            .timeout(self.limits.call)
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

    /// The pauses before each retry of an operation on `id`: spread by it, so that payments that failed together do
    /// not come back together.
    fn pauses(&self, id: &str) -> impl Iterator<Item = Duration> {
        let first = self.limits.first_pause;
        let id = id.to_owned();
        (0..self.limits.retries).map(move |attempt| {
            let spread = sha256_hex(format!("{id}#{attempt}").as_bytes());
            let quarter_parts = u32::from_str_radix(spread.get(..2).unwrap_or("0"), 16).unwrap_or(0);
            let pause = first * 2_u32.pow(attempt);
            pause + pause * quarter_parts / (4 * 256)
        })
    }

    async fn charge_until_known(&self, charge: &Charge) -> Result<Charged, ProviderError> {
        let body = request::charge(charge)?;
        let key = request::charge_key(charge);
        let order_id = charge.payment.to_string();
        let post = || async { self.charged(&self.call(Verb::POST, "/v2/charge", Some(&key), Some(&body)).await?) };
        let mut last = post().await;
        for pause in self.pauses(&order_id) {
            match &last {
                Err(ProviderError::NotSent | ProviderError::Busy) => {
                    tokio::time::sleep(pause).await;
                    last = post().await;
                }
                // It may have happened: only when the provider does not know it is it safe to charge again.
                Err(ProviderError::Unknown) => {
                    tokio::time::sleep(pause).await;
                    last = match self.status_once(&order_id).await {
                        Err(ProviderError::NotFound) => post().await,
                        Err(ProviderError::NotSent | ProviderError::Busy) => Err(ProviderError::Unknown),
                        known => known,
                    };
                }
                Err(ProviderError::DuplicateOrder) => return self.status_once(&order_id).await,
                Ok(_)
                | Err(
                    ProviderError::NotFound
                    | ProviderError::Refused { .. }
                    | ProviderError::StateLocked
                    | ProviderError::NotWellFormed(_)
                    | ProviderError::Credentials
                    | ProviderError::Mismatch(_),
                ) => return last,
            }
        }
        match last {
            Err(ProviderError::DuplicateOrder) => self.status_once(&order_id).await,
            last => last,
        }
    }

    async fn status_once(&self, id: &str) -> Result<Charged, ProviderError> {
        self.charged(&self.call(Verb::GET, &format!("/v2/{id}/status"), None, None).await?)
    }

    /// A call that does no more harm when it happens twice.
    async fn again(
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
        let path = format!("/v2/{id}/{what}");
        let attempts = async {
            let mut last = self.call(verb.clone(), &path, key, body).await;
            for pause in self.pauses(&path) {
                let passing =
                    matches!(last, Err(ProviderError::NotSent | ProviderError::Busy | ProviderError::Unknown));
                if !passing {
                    break;
                }
                tokio::time::sleep(pause).await;
                last = self.call(verb.clone(), &path, key, body).await;
            }
            last
        };
        tokio::time::timeout(self.limits.total, attempts).await.unwrap_or(Err(ProviderError::Unknown))
    }
}

#[async_trait]
impl PaymentProvider for Midtrans {
    async fn charge(&self, charge: &Charge) -> Result<Charged, ProviderError> {
        let attempts = self.charge_until_known(charge);
        tokio::time::timeout(self.limits.total, attempts).await.unwrap_or(Err(ProviderError::Unknown))
    }

    async fn status(&self, id: &str) -> Result<Charged, ProviderError> {
        self.charged(&self.again(Verb::GET, id, "status", None, None).await?)
    }

    async fn cancel(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.read(&self.again(Verb::POST, id, "cancel", None, None).await?)
    }

    async fn expire(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.read(&self.again(Verb::POST, id, "expire", None, None).await?)
    }

    async fn refund(&self, refund: &Refund) -> Result<RefundOutcome, ProviderError> {
        let key = format!("{}-refund", refund.key);
        if refund.key.is_empty() || key.len() > request::KEY_MAX {
            return Err(ProviderError::NotWellFormed("the refund key is empty or too long"));
        }
        let body = json!({"refund_key": refund.key, "amount": refund.amount.minor(), "reason": refund.reason});
        match self.again(Verb::POST, &refund.id, "refund", Some(&key), Some(&body)).await {
            Ok(body) => refunded(self.read(&body)?),
            // This very refund was made before.
            Err(ProviderError::DuplicateOrder) => refunded(self.status(&refund.id).await?.status),
            Err(error) => Err(error),
        }
    }
}

fn refunded(status: ProviderStatus) -> Result<RefundOutcome, ProviderError> {
    Ok(match status.observed {
        Observed::Refunded | Observed::PartiallyRefunded { .. } => RefundOutcome::Accepted(Box::new(status)),
        // A refusal comes as a transaction that is still settled.
        Observed::Settled | Observed::Captured => RefundOutcome::Denied,
        Observed::Pending
        | Observed::Challenge
        | Observed::ContestedSettlement
        | Observed::Failed
        | Observed::RefusedSettlement
        | Observed::Cancelled
        | Observed::Expired
        | Observed::Disputed
        | Observed::Unknown(_) => return Err(ProviderError::StateLocked),
    })
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
