//! `POST /api/v1/payments/{id}/deny`: refuse a payment that the provider's fraud check holds.
//!
//! Round trips: as `POST /api/v1/payments/{id}/sync`, and one more call of the provider when it was decided before.

use axum::extract::State;
use cashier::Decided;
use kernel::PaymentId;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{PAYMENT_DENIED, RefundsWrite, holds::deciding::decide, payments::payment_view::PaymentView};

/// Deny a payment
///
/// For a payment whose `status` is `challenge`: it fails, and its money stays with the payer. One that was decided or has ended
/// meanwhile is answered as it is: look at its `status`.
#[utoipa::path(
    post, path = "/api/v1/payments/{id}/deny",
    responses(
        (status = 200, body = Envelope<PaymentView>),
        (status = 409, description = "PAYMENT_STATE_LOCKED: no fraud check holds it. PROVIDER_CANNOT, PAYMENT_NEEDS_REVIEW"),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn deny_payment(
    State(api): State<Api>,
    caller: Caller<RefundsWrite>,
    edit: Edit,
    Id(id): Id<PaymentId>,
) -> Result<Reply, Problem> {
    decide(&api, &caller, &edit, id, (Decided::Denied, PAYMENT_DENIED)).await
}
