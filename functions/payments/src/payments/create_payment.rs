//! `POST /api/v1/payments`: ask the payer of an invoice for its money.
//!
//! What is over at once, as a transfer that staff records, is stored with its effect and its answer in one transaction.
//! Any other payment is stored before the provider is called, with the key of the request still open; its id is the order id
//! at the provider. Whatever dies in between, the same request takes up the same payment, and the provider charges an
//! order once. A payment that is taken up looks again at what is due: while it lay, the invoice may have been paid by
//! another, and then the provider is only asked what it knows, never to charge. Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read
//! of the key, one of the invoice and before it one of its order where that is named, the tenant's secret (cached), one transaction, the provider, one transaction.

use axum::extract::State;
use billing::{Invoice, InvoiceError, InvoiceStatus, Invoices};
use cashier::{Cashier, charge_of, payer_of, providers};
use events::Cause;
use identity::Reach;
use kernel::{InvoiceId, Money, OrderId, PaymentId, PaymentMethodId, Provider, Timestamp};
use orders::Orders;
use payments::{BegunBy, ChargeOrder, Holds, Means, Method, NewPayment, Payment, PaymentError, Purpose};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PaymentsWrite,
    payments::{
        by_saved_method::{CardOf, Keeps},
        card_number::{REFUSED, has_card_number},
        card_token::CardToken,
        charging::{self, Asked, Begun, begun_before},
        means::{Capture, GivenMeans},
        payment_view::PaymentView,
        record::Reference,
        take::{may_begin, take},
    },
};

/// A payment to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreatePayment {
    /// The invoice to pay; it, or `orderId`.
    pub invoice_id: Option<InvoiceId>,
    /// The order to pay, in place of its invoice.
    pub order_id: Option<OrderId>,
    /// How much; all that is due when left out. Less is a payment of a part. More only comes in by a bank transfer, and is
    /// kept on the customer's balance.
    pub amount: Option<Money>,
    /// `bank_transfer` for one that came in on the tenant's own account.
    pub method: Method,
    /// When left out: the one with keys that takes the method in the invoice's currency, Midtrans before Stripe. What is
    /// `manual` only staff records.
    pub provider: Option<Provider>,
    /// Where a wallet or bank sends the payer afterwards; `https`.
    pub return_url: Option<ReturnUrl>,
    /// For a card: the token that the provider's script made in the payer's browser.
    pub card_token: Option<CardToken>,
    /// For a card: `manual` has its bank hold the money until `POST /payments/{id}/capture` takes it.
    #[serde(default)]
    pub capture: Capture,
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
}

/// An `https` address of at most 2,000 visible ASCII characters.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "An https address in visible ASCII characters",
    value_type = String, format = "uri", pattern = r"^https://[^\s]+$", max_length = 2000, example = "https://toko.example/paid"
)]
pub struct ReturnUrl(String);

impl TryFrom<String> for ReturnUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if has_card_number(&text) {
            return Err(REFUSED);
        }
        let host = text.strip_prefix("https://").unwrap_or_default();
        let visible = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\".contains(&b));
        if !host.is_empty() && visible && text.len() <= 2_000 { Ok(Self(text)) } else { Err("use an https address") }
    }
}

impl ReturnUrl {
    /// The address.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// Where the body names the invoice.
pub(crate) const INVOICE: &str = "/invoiceId";
/// Where the body names the order.
pub(crate) const ORDER: &str = "/orderId";

/// Create a payment
///
/// Answers with what the payer does next. A payment that comes in after its invoice was paid otherwise stays on the
/// customer's balance. A `bank_transfer` is recorded by staff who has seen it on the account: what is due is settled at
/// once.
#[utoipa::path(
    post, path = "/api/v1/payments",
    request_body(content = CreatePayment, examples(
        ("A virtual account" = (value = json!({"invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "bca_va"}))),
        ("A part of the invoice, by QRIS" = (value = json!({
            "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "qris",
            "amount": {"amount": 98_390, "currency": "IDR"}
        }))),
        ("An order" = (value = json!({"orderId": "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "bca_va"}))),
        ("A wallet" = (value = json!({
            "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "gopay", "returnUrl": "https://toko.example/paid"
        }))),
        ("A card on Stripe's page" = (value = json!({
            "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "stripe_page",
            "returnUrl": "https://toko.example/paid"
        }))),
        ("A card by its token, which is saved" = (value = json!({
            "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "card", "provider": "stripe",
            "cardToken": "pm_1PgafyB7WZ01zgkW", "saveMethod": true, "returnUrl": "https://toko.example/paid"
        }))),
        ("A card whose money is held" = (value = json!({
            "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "card", "provider": "stripe",
            "cardToken": "pm_1PgafyB7WZ01zgkW", "capture": "manual", "returnUrl": "https://toko.example/paid"
        }))),
        ("A saved card" = (value = json!({
            "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "card",
            "paymentMethodId": "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"
        }))),
        ("A transfer that came in" = (value = json!({
            "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "method": "bank_transfer",
            "amount": {"amount": 498_390, "currency": "IDR"}, "reference": "TRF 2026-11-20 BUDI",
            "receivedAt": "2026-11-20T03:04:05.678Z"
        })))
    )),
    responses(
        (status = 201, body = Envelope<PaymentView>),
        (status = 409, description = "INVOICE_ALREADY_PAID, INVOICE_WRONG_STATE, PAYMENT_METHOD_DECLINED, PAYMENT_METHOD_EXPIRED, PROVIDER_NOT_CONFIGURED, PAYMENT_NEEDS_REVIEW"),
        (status = 404, description = "NOT_FOUND: there is no such invoice or order, or no such payment method of its customer"),
        (status = 403, description = "FORBIDDEN: only staff records a transfer"),
        (status = 422, description = "AMOUNT_NOT_SUPPORTED, CAPTURE_NOT_SUPPORTED, CARD_TOKEN_REQUIRED, CURRENCY_NOT_SUPPORTED, METHOD_NOT_SUPPORTED, PAYMENT_REFUSED"),
        (status = 503, description = "PROVIDER_UNAVAILABLE: the same request again takes the payment up")
    )
)]
pub async fn create_payment(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreatePayment>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let invoice = match (body.invoice_id, body.order_id) {
        (Some(invoice), None) => invoice_in_reach(&api, &caller, invoice).await?,
        (None, Some(order)) => invoice_of_order(&api, &caller, order).await?,
        (None, None) => return Err(Problem::invalid(INVOICE, "REQUIRED", "name an invoice, or an order by orderId")),
        (Some(_), Some(_)) => {
            return Err(Problem::invalid(ORDER, "INVALID_VALUE", "name an invoice or an order, not both"));
        }
    };
    Box::pin(pay(&cashier, &key, body, &invoice, caller.reach)).await
}

/// The invoice that a body names, where the caller may know of it.
///
/// # Errors
/// 404 for one out of reach, and for a draft, of which a customer learns nothing.
pub(crate) async fn invoice_in_reach(
    api: &Api,
    caller: &Caller<PaymentsWrite>,
    id: InvoiceId,
) -> Result<Invoice, Problem> {
    let nothing = || Problem::not_found().named_at(INVOICE);
    let invoice = Invoices::new(api.table(), caller.scope).get(id).await?.ok_or_else(nothing)?;
    let invoice = caller.open(api, invoice).await.map_err(|refusal| refusal.named_at(INVOICE))?;
    if caller.reach == Reach::Own && invoice.status() == InvoiceStatus::Draft { Err(nothing()) } else { Ok(invoice) }
}

/// The invoice of an order that a body names, where the caller may know of it. Two reads.
///
/// # Errors
/// 404 for one out of reach.
async fn invoice_of_order(api: &Api, caller: &Caller<PaymentsWrite>, id: OrderId) -> Result<Invoice, Problem> {
    let nothing = || Problem::not_found().named_at(ORDER);
    let order = Orders::new(api.table(), caller.scope).get(id).await?.ok_or_else(nothing)?;
    let order = caller.open(api, order).await.map_err(|refusal| refusal.named_at(ORDER))?;
    invoice_in_reach(api, caller, order.invoice_id).await.map_err(|refusal| refusal.named_at(ORDER))
}

/// Asks for the money of an invoice in the books of `cashier`. `reach` is how far whoever asks reaches in them: only staff
/// records a transfer.
///
/// # Errors
/// Those of the route.
pub(crate) async fn pay(
    cashier: &Cashier<'_>,
    key: &IdempotencyKey,
    body: CreatePayment,
    invoice: &Invoice,
    reach: Reach,
) -> Result<Reply, Problem> {
    let (api, tenant) = (cashier.ctx, cashier.scope.tenant());
    let payer = payer_of(invoice);
    if let Some(operation) = key.resumed() {
        let payment = begun_before(cashier, operation).await?;
        let card = CardOf::begun(cashier, &payment).await?;
        let due = invoice.amount_due();
        let fits = if body.amount.is_some() { payment.amount.minor() <= due.minor() } else { payment.amount == due };
        let asked = match still_due(invoice) {
            Ok(()) if fits && card.is_gone() => Asked::InVain(CardOf::gone()),
            Ok(()) if fits => Asked::Again,
            Ok(()) => Asked::InVain(Problem::conflict()),
            Err(why) => Asked::InVain(why.into()),
        };
        let provider = providers::get(api, tenant, payment.provider).await?;
        let means = card.means_at(cashier, body.means(api.now(), &card)?, (&payment, &payer)).await?;
        let return_url = body.return_url.map(ReturnUrl::into_text);
        let charge = ChargeOrder { return_url, ..charge_of(invoice, &payment, means) };
        return charging::charge(cashier, key, Begun { provider, payment, charge, asked }).await;
    }

    // Asked before anything is stored: a payment that nobody can charge would stay pending for ever.
    let keeps = Keeps::asked(body.save_method);
    let card = CardOf::asked(cashier, (body.payment_method_id, keeps), (invoice.bill_to.party, body.provider)).await?;
    let made_by = body.card_token.as_ref().and_then(CardToken::made_by);
    let provider = match card.provider().or(body.provider).or(made_by) {
        Some(provider) => providers::get(api, tenant, provider).await?,
        None => providers::usual(api, tenant, body.method, invoice.amount_due().currency()).await?,
    };
    let capabilities = provider.capabilities();
    may_begin(capabilities, reach)?;
    still_due(invoice)?;
    let means = body.means(api.now(), &card)?;
    if matches!(means, Means::HeldCard { .. }) && capabilities.holds == Holds::Never {
        return Err(PaymentError::HoldNotTaken.into());
    }
    let new = NewPayment {
        id: PaymentId::new(api.new_ulid()),
        tenant_id: tenant,
        payer: invoice.bill_to.party,
        purpose: Purpose::Invoice { invoice_id: invoice.id },
        amount: body.asked(invoice, capabilities.begun_by)?,
        method: body.method,
        now: api.now(),
    };
    let payment = card.mark(Payment::begin(new, capabilities)?).to_be_paid_by(invoice.pay_by);
    let means = card.means_at(cashier, means, (&payment, &payer)).await?;
    let return_url = body.return_url.map(ReturnUrl::into_text);
    let charge = ChargeOrder { return_url, ..charge_of(invoice, &payment, means) };
    take(cashier, key, provider, payment, charge).await
}

/// Whether the invoice waits for money.
pub(crate) const fn still_due(invoice: &Invoice) -> Result<(), InvoiceError> {
    match invoice.status() {
        InvoiceStatus::Open | InvoiceStatus::Uncollectible => Ok(()),
        InvoiceStatus::Paid => Err(InvoiceError::AlreadyPaid { by: None }),
        status @ (InvoiceStatus::Draft | InvoiceStatus::Void) => Err(InvoiceError::WrongState { status }),
    }
}

impl CreatePayment {
    /// How much is asked for, or has come in.
    fn asked(&self, invoice: &Invoice, begun_by: BegunBy) -> Result<Money, Problem> {
        let due = invoice.amount_due();
        let Some(amount) = self.amount else { return Ok(due) };
        let is_too_much = begun_by != BegunBy::Staff && amount.minor() > due.minor();
        if amount.currency() != due.currency() || amount.minor() < 1 || is_too_much {
            let detail =
                "use the invoice's currency and more than nothing; only a bank_transfer can be more than is due";
            return Err(Problem::invalid("/amount", "INVALID_VALUE", detail));
        }
        Ok(amount)
    }

    /// What was given for the way of paying.
    fn means(&self, now: Timestamp, card: &CardOf) -> Result<Means, Problem> {
        let (card_token, reference) = (self.card_token.as_ref(), self.reference.as_ref());
        let (received_at, capture) = (self.received_at, self.capture);
        GivenMeans { card_token, reference, received_at, capture, card }.of(self.method, now)
    }
}

#[cfg(test)]
#[path = "tests/create_payment_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "tests/example_tests.rs"]
mod example_tests;

#[cfg(test)]
#[path = "by_provider/page_tests.rs"]
mod page_tests;

#[cfg(test)]
#[path = "by_provider/stripe_page_tests.rs"]
mod stripe_page_tests;

#[cfg(test)]
#[path = "by_provider/stripe_tests.rs"]
mod stripe_tests;
