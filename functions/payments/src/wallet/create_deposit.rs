//! `POST /api/v1/wallet/deposit`: ask a customer for money for its balance.
//!
//! The payment goes the same way as one of an invoice (`POST /api/v1/payments`): a transfer that staff records is on the
//! balance at once, anything else when its provider says that the money is there, however late. Round trips: one rate-limit
//! write beside one read of the caller's standing (none when known), one read of the key, one of the customer (two where none
//! is named), the tenant's secret (cached), one transaction, the provider, one transaction.

use axum::extract::State;
use cashier::{Cashier, providers};
use events::Cause;
use identity::Reach;
use kernel::{CustomerId, Money, Party, PaymentId, PaymentMethodId, Provider, Timestamp};
use payments::{ChargeOrder, Means, Method, NewPayment, Payer, Payment, Purpose};
use serde::Deserialize;
use tenancy::PlatformPart;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PaymentsWrite,
    payments::{
        by_saved_method::{CardOf, Keeps},
        card_token::CardToken,
        charging::{self, Asked, Begun, begun_before},
        create_payment::ReturnUrl,
        means::{Capture, GivenMeans},
        payment_view::PaymentView,
        record::Reference,
        take::{may_begin, take},
    },
    wallet::owner::{owner, payer},
};

/// Money for a balance.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateDeposit {
    /// How much; within what the way of paying takes.
    pub amount: Money,
    /// `bank_transfer` for one that came in on the tenant's own account.
    pub method: Method,
    /// The one that takes the method when left out. What is `manual` only staff records.
    pub provider: Option<Provider>,
    /// Where a wallet or bank sends the payer afterwards; `https`.
    pub return_url: Option<ReturnUrl>,
    /// For a card: the token that the provider's script made in the payer's browser.
    pub card_token: Option<CardToken>,
    /// For a card: a payment method that the customer saved, in place of a token. It is charged at its own provider, and the
    /// payer need not be there.
    pub payment_method_id: Option<PaymentMethodId>,
    /// For a card by its token: whether it is saved, to be charged later while the payer is away. It is among the customer's
    /// payment methods once the payment has succeeded.
    pub save_method: Option<bool>,
    /// For a bank transfer: what the bank's statement says of it, 1 to 100 characters on one line.
    pub reference: Option<Reference>,
    /// For a bank transfer: when it came in; now when left out.
    pub received_at: Option<Timestamp>,
    /// Whose balance; a member names one.
    pub customer_id: Option<CustomerId>,
}

/// Create a deposit to a wallet
///
/// Answers with what the payer does next. The money is on the balance once it is there; a `bank_transfer`, which staff has
/// seen on the account, at once. With `balancePays` of `all_invoices` it then pays what is open, oldest first.
#[utoipa::path(
    post, path = "/api/v1/wallet/deposit",
    request_body(content = CreateDeposit, examples(
        ("A virtual account" = (value = json!({
            "amount": {"amount": 581_640, "currency": "IDR"}, "method": "bca_va",
            "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X"
        }))),
        ("A wallet" = (value = json!({
            "amount": {"amount": 581_640, "currency": "IDR"}, "method": "gopay",
            "returnUrl": "https://toko.example/paid"
        }))),
        ("A card on Stripe's page" = (value = json!({
            "amount": {"amount": 2_999, "currency": "USD"}, "method": "stripe_page",
            "returnUrl": "https://toko.example/paid"
        }))),
        ("A card by its token, which is saved" = (value = json!({
            "amount": {"amount": 581_640, "currency": "IDR"}, "method": "card", "provider": "stripe",
            "cardToken": "pm_1PgafyB7WZ01zgkW", "saveMethod": true, "returnUrl": "https://toko.example/paid"
        }))),
        ("A saved card" = (value = json!({
            "amount": {"amount": 581_640, "currency": "IDR"}, "method": "card",
            "paymentMethodId": "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"
        }))),
        ("A transfer that came in" = (value = json!({
            "amount": {"amount": 581_640, "currency": "IDR"}, "method": "bank_transfer",
            "reference": "TRF 2026-11-20 BUDI", "receivedAt": "2026-11-20T03:04:05.678Z",
            "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X"
        })))
    )),
    responses(
        (status = 201, body = Envelope<PaymentView>),
        (status = 403, description = "FORBIDDEN: only staff records a transfer; FEATURE_OFF: customers make no deposits here"),
        (status = 404, description = "NOT_FOUND: there is no such customer, or no such payment method of theirs"),
        (status = 409, description = "CUSTOMER_ERASED, PAYMENT_METHOD_DECLINED, PAYMENT_METHOD_EXPIRED, PROVIDER_NOT_CONFIGURED, PAYMENT_NEEDS_REVIEW"),
        (status = 422, description = "AMOUNT_NOT_SUPPORTED, CARD_TOKEN_REQUIRED, CURRENCY_NOT_SUPPORTED, METHOD_NOT_SUPPORTED, PAYMENT_REFUSED"),
        (status = 503, description = "PROVIDER_UNAVAILABLE: the same request again takes the payment up")
    )
)]
pub async fn create_deposit(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateDeposit>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let customer = owner(&api, &caller, body.customer_id).await?;
    let (party, payer) = (Party::Customer(customer.id), payer(&customer));
    let given = |card: &CardOf| {
        let (card_token, reference) = (body.card_token.as_ref(), body.reference.as_ref());
        GivenMeans { card_token, reference, received_at: body.received_at, capture: Capture::Automatic, card }
            .of(body.method, api.now())
    };
    if let Some(operation) = key.resumed() {
        let payment = begun_before(&cashier, operation).await?;
        let card = CardOf::begun(&cashier, &payment).await?;
        let means = card.means_at(&cashier, given(&card)?, (&payment, &payer)).await?;
        let provider = providers::get(&api, caller.tenant(), payment.provider).await?;
        let charge = charge_for(&payment, payer, means, body.return_url);
        let asked = if card.is_gone() { Asked::InVain(CardOf::gone()) } else { Asked::Again };
        return charging::charge(&cashier, &key, Begun { provider, payment, charge, asked }).await;
    }

    // What was begun before it was switched off was brought to its end above.
    if caller.reach == Reach::Own {
        caller.may_use(PlatformPart::WalletDeposits)?;
    }
    let keeps = Keeps::asked(body.save_method);
    let card = CardOf::asked(&cashier, (body.payment_method_id, keeps), (party, body.provider)).await?;
    let means = given(&card)?;
    let made_by = body.card_token.as_ref().and_then(CardToken::made_by);
    let provider = match card.provider().or(body.provider).or(made_by) {
        Some(provider) => providers::get(&api, caller.tenant(), provider).await?,
        None => providers::usual(&api, caller.tenant(), body.method, body.amount.currency()).await?,
    };
    let capabilities = provider.capabilities();
    may_begin(capabilities, caller.reach)?;
    let new = NewPayment {
        id: PaymentId::new(api.new_ulid()),
        tenant_id: caller.tenant(),
        payer: party,
        purpose: Purpose::Deposit,
        amount: body.amount,
        method: body.method,
        now: api.now(),
    };
    let payment = card.mark(Payment::begin(new, capabilities)?);
    let means = card.means_at(&cashier, means, (&payment, &payer)).await?;
    let charge = charge_for(&payment, payer, means, body.return_url);
    take(&cashier, &key, provider, payment, charge).await
}

fn charge_for(payment: &Payment, payer: Payer, means: Means, to: Option<ReturnUrl>) -> ChargeOrder {
    let item = (payment.id.to_string(), "Balance top-up".to_owned());
    ChargeOrder { return_url: to.map(ReturnUrl::into_text), ..ChargeOrder::of_one(payment, item, payer, means) }
}

#[cfg(test)]
#[path = "create_deposit_tests.rs"]
pub(crate) mod tests;
