//! `POST /api/v1/payments/{id}/capture`: take money that a card's bank holds.
//!
//! Twice takes it once: what was captured is the provider's to say. Round trips: as `POST /api/v1/payments/{id}/sync`, and one
//! more call of the provider when there was nothing to capture any more.

use axum::extract::State;
use cashier::{Cashier, News, providers};
use events::Cause;
use kernel::{Money, PaymentId};
use payments::{PaymentError, Status};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    PAYMENT_CAPTURED, PaymentsWrite,
    holds::deciding::{Step, follow},
    payments::payment_view::PaymentView,
};

/// How much to take.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CapturePayment {
    /// All that is held when left out. Of less the rest is released, and the payment's `amount` is what was captured.
    pub amount: Option<Money>,
}

/// Capture a payment
///
/// For a card that was charged with `capture: manual`, while its bank holds the money. One that was captured before, or has
/// ended meanwhile, is answered as it is: look at its `status` and `amount`.
#[utoipa::path(
    post, path = "/api/v1/payments/{id}/capture",
    responses(
        (status = 200, body = Envelope<PaymentView>),
        (status = 403, description = "FORBIDDEN: only staff captures"),
        (status = 409, description = "NOTHING_HELD: no bank holds money of it. PAYMENT_NEEDS_REVIEW"),
        (status = 422, description = "CAPTURE_TOO_LARGE, PAYMENT_REFUSED"),
        (status = 503, description = "PROVIDER_UNAVAILABLE: the same request again finds what became of it")
    )
)]
pub async fn capture_payment(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    edit: Edit,
    Id(id): Id<PaymentId>,
    Json(body): Json<CapturePayment>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&edit.info);
    let cashier = Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let payment = cashier.payments().get(id).await?.ok_or_else(Problem::not_found)?;
    let payment = caller.open(&api, payment).await?;
    caller.must_reach_all()?;
    edit.if_match.check(payment.version)?;
    let entry = caller.entry(&api, &edit.info, PAYMENT_CAPTURED).about(id);
    let step = Step { cashier: &cashier, key: &edit.key, entry };
    let news = match (payment.held(), payment.status) {
        (Some(_), _) => {
            let provider = providers::get(&api, caller.tenant(), payment.provider).await?;
            cashier.ask_to_capture(provider.as_ref(), &payment, body.amount).await?
        }
        (None, Status::Pending | Status::Challenge) => return Err(PaymentError::NothingHeld.into()),
        // It was captured or has ended before.
        (None, _) if payment.hold.is_some() => News::Nothing,
        (None, _) => return Err(PaymentError::NothingHeld.into()),
    };
    follow(step, payment, &news).await
}
