//! Servers that a tenant names: only those of the public internet are called, by addresses that were looked at.

use std::{error::Error, sync::Arc, time::Duration};

use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use webhooks::{LocalHosts, WebhookUrl, address::is_public};

/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);

/// A name has an address that is not of the public internet.
#[derive(Debug, thiserror::Error)]
#[error("the name has an address that is not of the public internet")]
struct NotPublic;

/// Gives out checked addresses alone. One that is not public refuses them all; what was looked at is what is connected to.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !found.iter().all(|address| is_public(address.ip())) {
                return Err(Box::<dyn Error + Send + Sync>::from(NotPublic));
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether a call failed because of where it went.
pub(super) fn is_not_public(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<NotPublic>() {
            return true;
        }
        cause = one.source();
    }
    false
}

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
    let builder = Client::builder()
        .https_only(true)
        .dns_resolver(Arc::new(PublicOnly))
        .connect_timeout(CONNECTING)
        // A kept connection would be one whose address was checked long ago.
        .pool_max_idle_per_host(0)
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy();
    builder.build().expect("a client over rustls")
}
