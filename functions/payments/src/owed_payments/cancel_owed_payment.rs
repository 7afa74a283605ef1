//! `POST /api/v1/tenants/current/payments/{id}/cancel`: call a payment to the platform off that is not paid.
//!
//! Round trips: as `POST /api/v1/payments/{id}/cancel`.

use axum::extract::State;
use cashier::Cashier;
use events::Cause;
use kernel::PaymentId;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{
    TenantsPay,
    owed_payments::owed,
    payments::{cancel_payment::cancel, payment_view::PaymentView},
};

/// Cancel a payment to the platform
///
/// The account or code takes no money any more, so that another way can be chosen. Works while the tenant is suspended.
#[utoipa::path(
    post, path = "/api/v1/tenants/current/payments/{id}/cancel",
    responses(
        (status = 200, body = Envelope<PaymentView>),
        (status = 403, description = "FORBIDDEN: only the platform releases money that is held"),
        (status = 409, description = "PAYMENT_STATE_LOCKED: its money is there. PAYMENT_NEEDS_REVIEW"),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn cancel_owed_payment(
    State(api): State<Api>,
    caller: Caller<TenantsPay>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<PaymentId>,
) -> Result<Reply, Problem> {
    let (books, _) = caller.as_customer_of_the_platform()?;
    let payment = owed::payment(&api, &caller, id).await?;
    if payment.held().is_some() {
        return Err(Problem::forbidden("only the platform releases money that a card's bank holds for it"));
    }
    let cause = Cause::from(&info);
    cancel(&Cashier { ctx: &api, scope: books, cause: &cause }, &key, payment).await
}
