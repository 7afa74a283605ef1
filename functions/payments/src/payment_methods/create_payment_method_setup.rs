//! `POST /api/v1/payment-methods/setup`: begin saving a card whose bank wants to ask its owner first.
//!
//! Nothing is stored but how Stripe knows the customer and the answer: a setup that nobody finishes ends by itself. Round trips: one
//! rate-limit write beside one read of the caller's standing (none when known), one read of the key, one of the customer (two
//! where none is named), the tenant's secret (cached), one read of the book, Stripe once or twice, one write.

use axum::extract::State;
use cashier::Cashier;
use events::Cause;
use kernel::{CustomerId, Party};
use payments::Payer;
use serde::{Deserialize, Serialize};
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PaymentsWrite,
    wallet::owner::{owner, payer},
};

/// Whose card is to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreatePaymentMethodSetup {
    /// Whose card; a member names one.
    pub customer_id: Option<CustomerId>,
}

/// What the payer's browser saves a card with, by Stripe.js.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentMethodSetupView {
    /// The setup intent: once it is finished, it is the token of `POST /api/v1/payment-methods`.
    #[schema(example = "seti_1PgafyB7WZ01zgkW")]
    pub setup_intent_id: String,
    /// What Stripe.js finishes it with; for the payer's browser alone.
    pub client_secret: String,
    /// The tenant's public key at Stripe.
    pub publishable_key: String,
}

/// Create a setup of a payment method
///
/// For cards whose bank asks their owner (3-D Secure): Stripe.js confirms the setup intent in the browser, and its id is then
/// the token that saves the card.
#[utoipa::path(
    post, path = "/api/v1/payment-methods/setup",
    responses(
        (status = 201, body = Envelope<PaymentMethodSetupView>),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 409, description = "CUSTOMER_ERASED, PROVIDER_NOT_CONFIGURED"),
        (status = 422, description = "VALIDATION_FAILED: a member named no customer"),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn create_payment_method_setup(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreatePaymentMethodSetup>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let customer = owner(&api, &caller, body.customer_id).await?;
    let view = begin(&cashier, Party::Customer(customer.id), &payer(&customer)).await?;
    key.commit(&api, Transaction::new(), Reply::created(&view)?, |_| Problem::conflict()).await
}

/// Begins a setup of a party. One begun anew after a lost answer is another: the one before ends by itself.
///
/// # Errors
/// Those of Stripe and of the table.
pub(crate) async fn begin(
    cashier: &Cashier<'_>,
    party: Party,
    payer: &Payer,
) -> Result<PaymentMethodSetupView, Problem> {
    let stripe = cashier.stripe().await?;
    let known = cashier.known_to_stripe(&stripe, party, payer).await?;
    let setup = stripe.create_setup_intent(known.expose(), &cashier.ctx.new_ulid().to_string()).await?;
    Ok(PaymentMethodSetupView {
        setup_intent_id: setup.id,
        client_secret: setup.client_secret.expose().clone(),
        publishable_key: stripe.publishable_key().to_owned(),
    })
}
