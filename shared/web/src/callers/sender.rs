//! Who calls a webhook: a provider, which proves itself by a tenant's secret and by nothing before that.

use axum::extract::FromRequestParts;
use http::request::Parts;
use tenancy::Tenant;

use crate::{Api, Argument, ClientIp, Limit, Problem, RequestInfo, Subject, callers::visitor::look_up, limits::take};

/// Somebody at a webhook. Calls that prove themselves are counted by nobody: they come from few addresses, for all
/// tenants at once.
#[derive(Clone, Debug)]
pub struct WebhookSender {
    ip: ClientIp,
}

impl WebhookSender {
    /// The tenant of the path, by its id or its slug. Only one that is there has secrets to be looked up.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn tenant(&self, api: &Api, name: &str) -> Result<Option<Tenant>, Problem> {
        Ok(look_up(api, name).await?)
    }

    /// Counts a call that proved nothing against its address: the refusal itself, or 429 when there were too many. What
    /// failed on our side is not counted.
    pub async fn refuse(&self, api: &Api, refusal: Problem) -> Problem {
        if !refusal.status().is_client_error() {
            return refusal;
        }
        match take(api, Limit::WEBHOOK_REFUSALS, &Subject::Address(self.ip.0.clone())).await {
            Ok(_) => refusal,
            Err(too_many) => too_many,
        }
    }
}

impl Argument for WebhookSender {}

impl FromRequestParts<Api> for WebhookSender {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        RequestInfo::of(parts)?.count_elsewhere();
        Ok(Self { ip: ClientIp::of(parts) })
    }
}
