//! `POST /api/v1/tenants/current/payment-methods`: the tenant saves a card, by which the platform collects its invoices.
//!
//! Round trips: as `POST /api/v1/payment-methods`, with one read of the tenant in place of the customer.

use axum::extract::State;
use cashier::Cashier;
use events::{Cause, tenant::MethodChange};
use kernel::Provider;
use payments::{Becomes, MethodError};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    TenantsPay,
    owed_methods::own_book::{MethodNews, own, payer},
    payment_methods::{create_payment_method::add, method_token::MethodToken, payment_method_view::PaymentMethodView},
};

/// A card to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "provider": "stripe", "token": "pm_1PgafyLkdIwHu7ixB4ZVnA3x", "default": true }))]
pub struct CreateOwedPaymentMethod {
    /// At whom: `stripe`.
    pub provider: Provider,
    /// What the provider's script made of the card in the browser.
    pub token: MethodToken,
    /// Whether it is charged from now on when nobody says which; the first one is.
    pub default: Option<bool>,
}

/// Create a payment method of your tenant
///
/// A card by its payment method at Stripe, or by the setup intent in which its bank agreed. Nothing is charged now. By the
/// default one, which the first is, the platform collects the invoices of the tenant's own subscription when they are issued, and
/// once more at every reminder. Works while the tenant is suspended.
#[utoipa::path(
    post, path = "/api/v1/tenants/current/payment-methods",
    responses(
        (status = 201, body = Envelope<PaymentMethodView>),
        (status = 409, description = "PAYMENT_METHOD_EXPIRED, PAYMENT_METHOD_LIMIT, PAYMENT_METHOD_NOT_READY, PROVIDER_NOT_CONFIGURED"),
        (status = 422, description = "PAYMENT_METHOD_NEEDS_PAYMENT, PAYMENT_METHOD_UNKNOWN, PAYMENT_REFUSED"),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn create_owed_payment_method(
    State(api): State<Api>,
    caller: Caller<TenantsPay>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateOwedPaymentMethod>,
) -> Result<Reply, Problem> {
    let (books, party, tenant) = own(&api, &caller).await?;
    match body.provider {
        Provider::Stripe => {}
        provider @ (Provider::Midtrans | Provider::Manual) => {
            return Err(MethodError::SavedByPaying { provider }.into());
        }
    }
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: books, cause: &cause };
    let card = cashier.card_at_stripe(body.token.0.expose(), party, &payer(&tenant)).await?;
    let becomes = if body.default == Some(true) { Becomes::Default } else { Becomes::OneMore };
    until_settled(Problem::conflict, || async {
        let mut transaction = Transaction::new();
        let added = add(&cashier, &mut transaction, party, (card.clone(), becomes)).await?;
        if let Some(after) = &added.after {
            let (method, change) = (added.method.id, MethodChange::Saved);
            let news = MethodNews { tenant: &tenant, method, change, after };
            news.record(&api, (&caller, &info), &mut transaction)?;
        }
        Ok(key.try_commit(&api, transaction, added.reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
