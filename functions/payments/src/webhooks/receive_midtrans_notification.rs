//! `POST /api/v1/webhooks/midtrans/{tenant}`: Midtrans tells of a payment.
//!
//! The body is verified as it came, and its signature does not cover the status: Midtrans is asked before anything changes. 200 ends
//! Midtrans' retries, so it is given once the word is stored, whether it changed something or not; 401 to strangers; 503
//! when something of ours, or Midtrans, is out of reach, and never 500 for that, which Midtrans would retry once only.
//! Round trips: the tenant (cached) and its secret (cached), two reads, the status call when money moves, one read of the invoice, one
//! transaction.

use cashier::{Cashier, providers};
use events::Cause;
use std::sync::Arc;

use axum::extract::{Path, State};
use http::HeaderMap;
use kernel::{Provider, TenantId};
use payments::{NotificationError, PaymentProvider, WebhookCall, Word};
use table::TenantScope;
use web::{Api, Envelope, Problem, RawBody, Reply, RequestInfo, WebhookSender};

use crate::webhooks::hearing::{Received, come_again, nothing, take};

/// Receive a Midtrans notification
///
/// For Midtrans only: signed with the tenant's server key.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/midtrans/{tenant}",
    params(("tenant" = String, Path, description = "The tenant's id or slug")),
    request_body(
        content = Object, description = "Midtrans' notification, as it sends it",
        example = json!({
            "order_id": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "transaction_id": "57d5293c-e65f-4a29-95e4-5959c3fa335b",
            "transaction_status": "settlement", "status_code": "200", "gross_amount": "150000.00", "currency": "IDR",
            "payment_type": "bank_transfer", "signature_key": "9c71ef2a…"
        })
    ),
    responses(
        (status = 200, body = Envelope<Received>), (status = 401, description = "INVALID_SIGNATURE"),
        (status = 429, description = "RATE_LIMITED: too many refused calls from one address"),
        (status = 503, description = "UNAVAILABLE, PROVIDER_UNAVAILABLE: send it again")
    )
)]
pub async fn receive_midtrans_notification(
    State(api): State<Api>,
    info: RequestInfo,
    sender: WebhookSender,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    RawBody(raw): RawBody,
) -> Result<Reply, Problem> {
    let delivery = WebhookCall { headers: &headers, body: &raw, at: api.now() };
    let (tenant, midtrans, word) = match proven(&api, &sender, &tenant, &delivery).await {
        Ok(proven) => proven,
        Err(problem) => return Err(sender.refuse(&api, come_again(problem)).await),
    };
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: TenantScope::new(tenant), cause: &cause };
    match word {
        Some(word) => take(&cashier, midtrans.as_ref(), word, &raw).await,
        None => nothing(),
    }
}

/// The tenant whose key signed the notification. Its name in the path is told to Midtrans by us (its id) or by the
/// tenant (its slug).
async fn proven(
    api: &Api,
    sender: &WebhookSender,
    tenant: &str,
    delivery: &WebhookCall<'_>,
) -> Result<(TenantId, Arc<dyn PaymentProvider>, Option<Word>), Problem> {
    let tenant = sender.tenant(api, tenant).await?.ok_or(NotificationError::NotSigned)?.id;
    let midtrans = providers::find(api, tenant, Provider::Midtrans).await?.ok_or(NotificationError::NotSigned)?;
    let word = midtrans.hear(delivery)?;
    Ok((tenant, midtrans, word))
}

#[cfg(test)]
#[path = "receive_midtrans_notification_tests.rs"]
mod tests;
