//! The one HTTP client for providers, made when it is first needed.

use std::sync::{Arc, OnceLock};

/// Makes its client at the first call. Reading the system's root certificates takes milliseconds of a cold start, and most
/// functions never call a provider.
#[derive(Clone, Debug, Default)]
pub struct Outbound(Arc<OnceLock<reqwest::Client>>);

impl Outbound {
    /// The client; every clone is the same one.
    pub fn client(&self) -> reqwest::Client {
        self.0.get_or_init(reqwest::Client::new).clone()
    }
}
