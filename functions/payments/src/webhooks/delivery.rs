//! A call of a provider: proven by the tenant's secret, then followed.

use std::sync::Arc;

use axum::body::Bytes;
use cashier::{Cashier, providers};
use events::Cause;
use http::HeaderMap;
use kernel::{Provider, TenantId};
use payments::{NotificationError, PaymentProvider, WebhookCall, Word};
use table::TenantScope;
use web::{Api, Problem, Reply, RequestInfo, WebhookSender};

use crate::webhooks::hearing::{come_again, nothing, take};

/// What came, from whoever says to be the provider.
pub(crate) struct Delivery<'a> {
    pub(crate) sender: &'a WebhookSender,
    pub(crate) provider: Provider,
    /// The tenant's id or slug, as the path says it: the id where we told the provider of the address, the slug where the
    /// tenant did.
    pub(crate) tenant: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) raw: &'a Bytes,
}

/// Follows what came, once the tenant's secret proves who sent it.
///
/// # Errors
/// `INVALID_SIGNATURE`, which counts against the sender's address; what is no event; and what is out of reach, with a status
/// that brings the call again.
pub(crate) async fn receive(api: &Api, info: &RequestInfo, delivery: Delivery<'_>) -> Result<Reply, Problem> {
    let (tenant, provider, word) = match proven(api, &delivery).await {
        Ok(proven) => proven,
        Err(problem) => return Err(delivery.sender.refuse(api, come_again(problem)).await),
    };
    let Some(word) = word else { return nothing() };
    let cause = Cause::from(info);
    let cashier = Cashier { ctx: api, scope: TenantScope::new(tenant), cause: &cause };
    take(&cashier, provider.as_ref(), word, delivery.raw).await
}

/// The tenant whose secret signed the call, and what it says.
async fn proven(
    api: &Api,
    delivery: &Delivery<'_>,
) -> Result<(TenantId, Arc<dyn PaymentProvider>, Option<Word>), Problem> {
    let known = delivery.sender.tenant(api, delivery.tenant).await?;
    let tenant = known.ok_or(NotificationError::NotSigned)?.id;
    let provider = providers::find(api, tenant, delivery.provider).await?.ok_or(NotificationError::NotSigned)?;
    let word = provider.hear(&WebhookCall { headers: delivery.headers, body: delivery.raw, at: api.now() })?;
    Ok((tenant, provider, word))
}
