//! `GET /api/v1/tenants/current/payments/{id}`: one payment of the tenant to the platform.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::PaymentId;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{TenantsRead, owed_payments::owed, payments::payment_view::PaymentView};

/// Get a payment to the platform
///
/// With what is left to do, such as the account to transfer to.
#[utoipa::path(
    get, path = "/api/v1/tenants/current/payments/{id}",
    responses((status = 200, body = Envelope<PaymentView>))
)]
pub async fn get_owed_payment(
    State(api): State<Api>,
    caller: Caller<TenantsRead>,
    Id(id): Id<PaymentId>,
) -> Result<Reply, Problem> {
    let payment = owed::payment(&api, &caller, id).await?;
    Ok(Reply::ok(&PaymentView::drawn(&payment))?.version(payment.version))
}
