//! `POST /api/v1/tenants/current/payments/{id}/sync`: ask the provider how far a payment to the platform is.
//!
//! Round trips: as `POST /api/v1/payments/{id}/sync`.

use axum::extract::State;
use cashier::Cashier;
use events::Cause;
use kernel::PaymentId;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{
    TenantsPay,
    owed_payments::owed,
    payments::{payment_view::PaymentView, sync_payment::sync},
};

/// Sync a payment to the platform
///
/// For a tenant that has paid before the bank's word has reached us. Works while the tenant is suspended.
#[utoipa::path(
    post, path = "/api/v1/tenants/current/payments/{id}/sync",
    responses(
        (status = 200, body = Envelope<PaymentView>),
        (status = 409, description = "PAYMENT_NEEDS_REVIEW: such as money that went back, which a person books"),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn sync_owed_payment(
    State(api): State<Api>,
    caller: Caller<TenantsPay>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<PaymentId>,
) -> Result<Reply, Problem> {
    let (books, _) = caller.as_customer_of_the_platform()?;
    let payment = owed::payment(&api, &caller, id).await?;
    let cause = Cause::from(&info);
    sync(&Cashier { ctx: &api, scope: books, cause: &cause }, &key, payment).await
}
