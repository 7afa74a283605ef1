//! `POST /api/v1/webhooks/midtrans/{tenant}`: Midtrans tells of a payment.
//!
//! The body is verified as it came, and its signature does not cover the status: Midtrans is asked before anything changes. 200 ends
//! Midtrans' retries, so it is given once the word is stored, whether it changed something or not; 401 to strangers; 503
//! when something of ours, or Midtrans, is out of reach, and never 500 for that, which Midtrans would retry once only.
//! Round trips: the tenant (cached) and its secret (cached), two reads, the status call when money moves, one read of the invoice, one
//! transaction.

use axum::extract::{Path, State};
use http::HeaderMap;
use kernel::Provider;
use web::{Api, Envelope, Problem, RawBody, Reply, RequestInfo, WebhookSender};

use crate::webhooks::{
    delivery::{Delivery, receive},
    hearing::Received,
};

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
    let delivery =
        Delivery { sender: &sender, provider: Provider::Midtrans, tenant: &tenant, headers: &headers, raw: &raw };
    receive(&api, &info, delivery).await
}

#[cfg(test)]
#[path = "receive_midtrans_notification_tests.rs"]
mod tests;
