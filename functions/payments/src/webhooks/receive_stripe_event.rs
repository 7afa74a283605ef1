//! `POST /api/v1/webhooks/stripe/{tenant}`: Stripe tells of a payment.
//!
//! The body is verified as it came, and the signature covers all of it: an event is believed, unless it tells only that
//! something happened, as those of refunds and disputes do; then Stripe is asked about the payment. Events come in any order,
//! and an event that was followed is ignored the next time. Any 2xx ends Stripe's retries, so 200 is given once the
//! event is stored, or is about no payment of ours; 401 to strangers and 400 to what is no event, which Stripe shows the
//! merchant; 503 when something of ours, or Stripe, is out of reach, and Stripe sends again for three days.
//! Round trips: the tenant (cached) and its secret (cached), two reads, the question about a refund or a dispute, one read of
//! the invoice when money moves, one transaction.

use axum::extract::{Path, State};
use http::HeaderMap;
use kernel::Provider;
use web::{Api, Envelope, Problem, RawBody, Reply, RequestInfo, WebhookSender};

use crate::webhooks::{
    delivery::{Delivery, receive},
    hearing::Received,
};

/// Receive a Stripe event
///
/// For Stripe only: signed with the secret of the tenant's webhook endpoint. Events to subscribe to: `payment_intent.*`,
/// `checkout.session.completed`, `charge.refunded`, `refund.updated`, `refund.failed`, `charge.dispute.created` and
/// `charge.dispute.closed`.
#[utoipa::path(
    post,
    path = "/api/v1/webhooks/stripe/{tenant}",
    params(("tenant" = String, Path, description = "The tenant's id or slug")),
    request_body(
        content = Object, description = "Stripe's event, as it sends it",
        example = json!({
            "id": "evt_1PgafyB7WZ01zgkW", "object": "event", "type": "payment_intent.succeeded", "created": 1_796_094_000,
            "api_version": "2026-10-28.endive",
            "data": {"object": {
                "id": "pi_1PgafyB7WZ01zgkWSjxsAJo3", "object": "payment_intent", "amount": 15_000_000, "currency": "idr",
                "status": "succeeded",
                "metadata": {"payment_id": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "tenant": "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"}
            }}
        })
    ),
    responses(
        (status = 200, body = Envelope<Received>), (status = 400, description = "INVALID_BODY: signed, and no event"),
        (status = 401, description = "INVALID_SIGNATURE"),
        (status = 429, description = "RATE_LIMITED: too many refused calls from one address"),
        (status = 503, description = "UNAVAILABLE, PROVIDER_UNAVAILABLE: send it again")
    )
)]
pub async fn receive_stripe_event(
    State(api): State<Api>,
    info: RequestInfo,
    sender: WebhookSender,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    RawBody(raw): RawBody,
) -> Result<Reply, Problem> {
    let delivery =
        Delivery { sender: &sender, provider: Provider::Stripe, tenant: &tenant, headers: &headers, raw: &raw };
    receive(&api, &info, delivery).await
}

#[cfg(test)]
#[path = "receive_stripe_event_tests.rs"]
mod tests;
