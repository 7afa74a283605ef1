//! `POST /api/v1/payment-methods`: a customer saves a card, to be charged while they are away.
//!
//! The card is the customer's at Stripe first, which twice is as once; then it is in their book here. A card that is there
//! already is answered as it is. Round trips: one rate-limit write beside one read of the caller's standing (none when
//! known), one read of the key, one of the customer (two where none is named), the tenant's secret (cached), Stripe one to four
//! times, one read of the book, one of its methods, one transaction of method, book, agenda, audit entry and idempotency row; the reads
//! and the transaction again for every race that is lost.

use axum::extract::State;
use cashier::Cashier;
use events::Cause;
use kernel::{CustomerId, Party, PaymentMethodId, Provider};
use payments::{Becomes, CardFace, KeptCard, MethodBook, MethodError, SavedMethod};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PAYMENT_METHOD_SAVED, PaymentsWrite,
    payment_methods::{method_token::MethodToken, payment_method_view::PaymentMethodView},
    wallet::owner::{owner, payer},
};

/// A card to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "provider": "stripe", "token": "pm_1PgafyLkdIwHu7ixB4ZVnA3x", "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
    "default": true
}))]
pub struct CreatePaymentMethod {
    /// At whom: `stripe`. At Midtrans a card is saved by a payment with `saveMethod`.
    pub provider: Provider,
    /// What the provider's script made of the card in the payer's browser.
    pub token: MethodToken,
    /// Whose card; a member names one.
    pub customer_id: Option<CustomerId>,
    /// Whether it is charged from now on when nobody says which; the first one is.
    pub default: Option<bool>,
}

/// Create a saved payment method
///
/// A card by its payment method at Stripe, or by the setup intent in which its bank agreed. Nothing is charged. The customer's
/// first one is the default, which invoices of subscriptions with `collection: automatic` are collected by.
#[utoipa::path(
    post, path = "/api/v1/payment-methods",
    responses(
        (status = 201, body = Envelope<PaymentMethodView>),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 409, description = "CUSTOMER_ERASED, PAYMENT_METHOD_EXPIRED, PAYMENT_METHOD_LIMIT, PAYMENT_METHOD_NOT_READY, PROVIDER_NOT_CONFIGURED"),
        (status = 422, description = "PAYMENT_METHOD_NEEDS_PAYMENT, PAYMENT_METHOD_UNKNOWN, PAYMENT_REFUSED"),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn create_payment_method(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreatePaymentMethod>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let customer = owner(&api, &caller, body.customer_id).await?;
    match body.provider {
        Provider::Stripe => {}
        provider @ (Provider::Midtrans | Provider::Manual) => {
            return Err(MethodError::SavedByPaying { provider }.into());
        }
    }
    let party = Party::Customer(customer.id);
    let card = cashier.card_at_stripe(body.token.0.expose(), party, &payer(&customer)).await?;
    let becomes = if body.default == Some(true) { Becomes::Default } else { Becomes::OneMore };
    until_settled(Problem::conflict, || async {
        let mut transaction = Transaction::new();
        let added = add(&cashier, &mut transaction, party, (card.clone(), becomes)).await?;
        let entry = caller.entry(&api, &info, PAYMENT_METHOD_SAVED).about(added.method.id);
        entry.insert(&mut transaction, caller.scope)?;
        Ok(key.try_commit(&api, transaction, added.reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}

/// A card in the book of a party.
pub(crate) struct Added {
    pub(crate) method: SavedMethod,
    /// The book, if it changes.
    pub(crate) after: Option<MethodBook>,
    pub(crate) reply: Reply,
}

/// Adds the card to the book of a party, unless it is there.
pub(crate) async fn add(
    cashier: &Cashier<'_>,
    transaction: &mut Transaction,
    party: Party,
    ((kept, face), becomes): ((KeptCard, CardFace), Becomes),
) -> Result<Added, Problem> {
    let (methods, now) = (cashier.saved_methods(), cashier.ctx.now());
    let book = methods.book(party).await?;
    let known = methods.of(&book).await?.into_iter().find(|method| method.token == kept.token);
    let (method, after) = if let Some(method) = known {
        let preferred = (becomes == Becomes::Default).then(|| book.preferring(method.id)).flatten();
        (method, preferred)
    } else {
        let id = PaymentMethodId::new(cashier.ctx.new_ulid());
        let method = SavedMethod::save(id, party, Provider::Stripe, (kept, face), now)?;
        methods.insert(transaction, &method)?;
        (method, Some(book.with(id, becomes)?))
    };
    if let Some(after) = &after {
        methods.save_book(transaction, after)?;
    }
    let view = PaymentMethodView::of(&method, after.as_ref().unwrap_or(&book), now);
    Ok(Added { reply: Reply::created(&view)?, method, after })
}
