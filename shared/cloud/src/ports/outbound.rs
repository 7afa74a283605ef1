//! The one HTTP client for providers, made when it is first needed.

use std::sync::{Arc, OnceLock};

use reqwest::{Client, redirect};

use crate::Breakers;

/// Makes its client at the first call. Reading the system's root certificates takes milliseconds of a cold start, and most
/// functions never call a provider. It follows no redirects: no provider sends any, and what a call holds is for nobody else.
#[derive(Clone, Debug, Default)]
pub struct Outbound(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    client: OnceLock<Client>,
    breakers: Breakers,
}

impl Outbound {
    /// The client; every clone is the same one.
    ///
    /// # Panics
    /// There is no TLS: as with `reqwest::Client::new`.
    #[expect(clippy::expect_used, reason = "TLS is linked in, and nothing can be called without it")]
    pub fn client(&self) -> Client {
        let make = || Client::builder().redirect(redirect::Policy::none()).build().expect("a client over rustls");
        self.0.client.get_or_init(make).clone()
    }

    /// The breakers of those who are called.
    pub fn breakers(&self) -> &Breakers {
        &self.0.breakers
    }
}
