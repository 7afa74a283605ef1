//! Servers that a tenant names: only those of the public internet are called, by addresses that were looked at.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Url};
use webhooks::{
    LocalHosts, WebhookUrl,
    guard::{SystemLookup, TakenAddresses, guarded},
};

/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);

/// Whether an address is one that a tenant may name: HTTPS on the public internet, without a query; or a host of a local cloud.
pub(super) fn is_acceptable(text: &str, local: &LocalHosts) -> bool {
    WebhookUrl::parse(text, local).is_ok() && Url::parse(text).is_ok_and(|url| url.query().is_none())
}

/// The client for such servers.
///
/// # Panics
/// There is no TLS: as with `reqwest::Client::new`.
#[expect(clippy::expect_used, reason = "TLS is linked in, and nothing can be called without it")]
pub(super) fn client() -> Client {
    let builder = guarded(Arc::new(SystemLookup), TakenAddresses::Public).connect_timeout(CONNECTING);
    builder.build().expect("a client over rustls")
}
