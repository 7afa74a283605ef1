//! Calls a receiver, and hears no more of its answer than the status.
//!
//! The address is somebody else's choice. So: HTTPS alone, on the two ports that an endpoint may name, to checked addresses of
//! the public internet, with the certificate of the name; no proxy, no redirect, no connection that outlives the call, fifteen
//! seconds for all of it, and no more of an answer than 64 KiB and what comes within a second of its head.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{HeaderMap, StatusCode, header};
use jiff::SignedDuration;
use kernel::{EventId, Timestamp};
use reqwest::{Client, Response, Url};
use tokio::time::{Instant, timeout_at};
use webhooks::{
    AttemptResult, CallResult, LocalHosts, WebhookUrl,
    guard::{Lookup, SystemLookup, TakenAddresses, guarded, is_blocked},
};

use crate::retry_after::retry_after;

/// How long a call may take, from the name's resolution to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// How much of that a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// How much of that may pass once the head of the answer is there: who writes the rest drop by drop holds nobody else up.
const DRAINING: Duration = Duration::from_secs(1);
/// How much of an answer is read, so that a receiver that writes one is not cut off. Nothing of it is kept.
const READ: usize = 64 * 1024;

/// What is sent.
pub(crate) struct Parcel<'a> {
    /// To whom.
    pub(crate) url: &'a WebhookUrl,
    /// Of which event.
    pub(crate) id: EventId,
    /// When.
    pub(crate) sent_at: Timestamp,
    /// The signatures.
    pub(crate) signature: String,
    /// The body.
    pub(crate) body: String,
}

/// Calls receivers.
pub(crate) struct Courier {
    local: LocalHosts,
    lookup: Arc<dyn Lookup>,
    patience: Duration,
    strict: OnceLock<Client>,
    to_local_hosts: OnceLock<Client>,
}

impl Courier {
    /// Calls the public internet, and these hosts of a local cloud.
    pub(crate) fn new(local: LocalHosts) -> Self {
        Self::with(local, Arc::new(SystemLookup), PATIENCE)
    }

    /// The same, with another resolver and another patience.
    pub(crate) fn with(local: LocalHosts, lookup: Arc<dyn Lookup>, patience: Duration) -> Self {
        Self { local, lookup, patience, strict: OnceLock::new(), to_local_hosts: OnceLock::new() }
    }

    /// Makes one call.
    pub(crate) async fn call(&self, parcel: Parcel<'_>) -> CallResult {
        let began = Instant::now();
        let sent_at = parcel.sent_at;
        let (result, answer) = match parcel.url.target(&self.local) {
            // The rules became stricter, or a host of a local cloud is none of this one's.
            Err(_) => (AttemptResult::Blocked, None),
            Ok(url) => self.post(url, parcel, began + self.patience).await,
        };
        let (status, headers) = answer.unzip();
        let asks = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
        let retry_after: Option<SignedDuration> = headers
            .filter(|_| status.is_some_and(|status| asks.contains(&status)))
            .and_then(|all| retry_after(&all, sent_at));
        let millis = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        CallResult { result, status: status.map(|status| status.as_u16()), millis, retry_after }
    }

    async fn post(
        &self,
        url: Url,
        parcel: Parcel<'_>,
        end: Instant,
    ) -> (AttemptResult, Option<(StatusCode, HeaderMap)>) {
        let call = self
            .client(&url)
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", parcel.id.to_string())
            .header("webhook-timestamp", parcel.sent_at.as_seconds())
            .header("webhook-signature", parcel.signature)
            .body(parcel.body);
        match timeout_at(end, call.send()).await {
            Err(_) => (AttemptResult::TimedOut, None),
            Ok(Err(error)) => (of_failure(&error), None),
            Ok(Ok(response)) => {
                let (status, headers) = (response.status(), response.headers().clone());
                // The head is the answer: what comes after it changes nothing, and need not end.
                let _cut_off = timeout_at(end.min(Instant::now() + DRAINING), drain(response)).await;
                let result = if status.is_success() { AttemptResult::Delivered } else { AttemptResult::Rejected };
                (result, Some((status, headers)))
            }
        }
    }

    /// The client for a target: whatever is not a host of the local cloud is the internet's.
    fn client(&self, url: &Url) -> &Client {
        if self.local.allows(url) {
            return self.to_local_hosts.get_or_init(|| self.build(TakenAddresses::All));
        }
        self.strict.get_or_init(|| self.build(TakenAddresses::Public))
    }

    /// # Panics
    /// There is no TLS: as with `reqwest::Client::new`.
    #[expect(clippy::expect_used, reason = "TLS is linked in, and nothing can be called without it")]
    fn build(&self, answers: TakenAddresses) -> Client {
        let builder = guarded(Arc::clone(&self.lookup), answers).user_agent("Ruko-Webhooks/1");
        let builder = builder.connect_timeout(CONNECTING).retry(reqwest::retry::never());
        builder.build().expect("a client over rustls")
    }
}

fn of_failure(error: &reqwest::Error) -> AttemptResult {
    if is_blocked(error) {
        return AttemptResult::Blocked;
    }
    if error.is_timeout() { AttemptResult::TimedOut } else { AttemptResult::Unreachable }
}

/// Reads an answer to its end, or as far as is polite.
async fn drain(mut response: Response) {
    let mut read = 0_usize;
    while let Ok(Some(chunk)) = response.chunk().await {
        read = read.saturating_add(chunk.len());
        if read >= READ {
            return;
        }
    }
}
