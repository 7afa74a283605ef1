//! `POST /api/v1/tenants/current/payment-methods/setup`: begin saving a card whose bank wants to ask its owner first.
//!
//! Round trips: as `POST /api/v1/payment-methods/setup`, with one read of the tenant in place of the customer.

use axum::extract::State;
use cashier::Cashier;
use events::Cause;
use table::Transaction;
use web::{Api, Caller, Envelope, IdempotencyKey, Problem, Reply, RequestInfo};

use crate::{
    TenantsPay,
    owed_methods::own_book::{own, payer},
    payment_methods::create_payment_method_setup::{PaymentMethodSetupView, begin},
};

/// Create a setup of a payment method of your tenant
///
/// For cards whose bank asks their owner (3-D Secure): Stripe.js confirms the setup intent in the browser, with the platform's
/// public key, and its id is then the token that saves the card.
#[utoipa::path(
    post, path = "/api/v1/tenants/current/payment-methods/setup",
    responses(
        (status = 201, body = Envelope<PaymentMethodSetupView>),
        (status = 409, description = "PROVIDER_NOT_CONFIGURED"),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn create_owed_payment_method_setup(
    State(api): State<Api>,
    caller: Caller<TenantsPay>,
    info: RequestInfo,
    key: IdempotencyKey,
) -> Result<Reply, Problem> {
    let (books, party, tenant) = own(&api, &caller).await?;
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: books, cause: &cause };
    let reply = Reply::created(&begin(&cashier, party, &payer(&tenant)).await?)?;
    key.commit(&api, Transaction::new(), reply, |_| Problem::conflict()).await
}
