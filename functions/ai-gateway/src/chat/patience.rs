//! How long a call may take: by the function's URL as long as the function, behind API Gateway less than the 30 seconds that it
//! waits.

use std::time::Duration;

use ai::AiPolicy;
use axum::extract::FromRequestParts;
use cloud::http::Unhurried;
use http::request::Parts;
use web::{Api, Argument, Problem};

/// Behind API Gateway, which is left a little time for the answer.
const HURRIED: Duration = Duration::from_secs(27);
/// By the URL of a function of 300 seconds.
const UNHURRIED: Duration = Duration::from_mins(4);

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience(Duration);

impl Patience {
    /// The policy of a chain under it.
    pub(crate) fn policy(self) -> AiPolicy {
        let policy = AiPolicy::default();
        AiPolicy { deadline: self.0, call_timeout: self.0.min(Duration::from_mins(2)), ..policy }
    }
}

impl Argument for Patience {}

impl FromRequestParts<Api> for Patience {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        let is_unhurried = parts.extensions.get::<Unhurried>().is_some();
        Ok(Self(if is_unhurried { UNHURRIED } else { HURRIED }))
    }
}
