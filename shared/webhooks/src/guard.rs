//! Servers that a tenant names: from a name to the addresses that may be called.
//!
//! A name is resolved once for each connection, every answer is looked at, and what was looked at is what is connected to: no
//! second answer can come between. One answer that is not public refuses them all, so that nobody learns by trial which are.

use std::{error::Error, io, net::SocketAddr, pin::Pin, sync::Arc};

use reqwest::{
    Client, ClientBuilder,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};

use crate::address::is_public;

/// Addresses of a name.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Asks for the addresses of a name.
pub trait Lookup: Send + Sync {
    /// The addresses, with any port.
    fn addresses(&self, name: &str) -> Found;
}

/// Asks the system's resolver.
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, name: &str) -> Found {
        let name = name.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
    }
}

/// Which answers are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenAddresses {
    /// Those of the public internet.
    Public,
    /// All: for the hosts of a local cloud.
    All,
}

/// A name has an address that is not of the public internet.
#[derive(Debug, thiserror::Error)]
#[error("the name has an address that is not of the public internet")]
pub struct NotPublic;

/// A resolver that gives out checked addresses alone.
#[derive(Clone)]
pub struct GuardedResolver {
    lookup: Arc<dyn Lookup>,
    answers: TakenAddresses,
}

impl GuardedResolver {
    /// Over this lookup.
    pub fn new(lookup: Arc<dyn Lookup>, answers: TakenAddresses) -> Self {
        Self { lookup, answers }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, answers) = (self.lookup.addresses(name.as_str()), self.answers);
        Box::pin(async move {
            let found = found.await?;
            let all_public = found.iter().all(|address| is_public(address.ip()));
            if answers == TakenAddresses::Public && !all_public {
                return Err(Box::<dyn Error + Send + Sync>::from(NotPublic));
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// A client for such servers, whose times and names are still to be said: it follows nobody elsewhere, and goes through no proxy that
/// would look names up by itself.
pub fn guarded(lookup: Arc<dyn Lookup>, answers: TakenAddresses) -> ClientBuilder {
    Client::builder()
        .https_only(answers == TakenAddresses::Public)
        .dns_resolver(Arc::new(GuardedResolver::new(lookup, answers)))
        // A kept connection would be one whose address was checked long ago.
        .pool_max_idle_per_host(0)
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
}

/// Whether a call failed because of where it went.
pub fn is_blocked(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<NotPublic>() {
            return true;
        }
        cause = one.source();
    }
    false
}
