//! `POST /api/v1/payments`: ask the payer of an invoice for its money.
//!
//! The payment is stored before the provider is called, with the key of the request still open; its id is the order id
//! at the provider. Whatever dies in between, the same request takes up the same payment, and the provider charges an
//! order once. A payment that is taken up looks again at what is due: while it lay, the invoice may have been paid by
//! another, and then the provider is only asked what it knows, never to charge. Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read
//! of the key, one of the invoice, the tenant's secret (cached), one transaction, the provider, one transaction.

use axum::extract::State;
use billing::{Invoice, InvoiceError, InvoiceStatus, Invoices};
use http::StatusCode;
use kernel::{InvoiceId, PaymentId};
use payments::{
    Attempt, Charge, ChargeItem, Charged, Customer, Failure, Method, NewPayment, Payment, PaymentError, ProviderError,
    Purpose, Quarantined, Status, apply_charged, drive,
};
use serde::Deserialize;
use table::{TransactError, Transaction};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PaymentsWrite,
    booking::{Decision, Desk, RACES, too_many_races},
    card_token::CardToken,
    payment_view::PaymentView,
    provider,
};

/// A payment to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreatePayment {
    /// The invoice to pay; what is due is asked for.
    #[schema(value_type = String, example = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub invoice_id: InvoiceId,
    /// `bca_va`, `bni_va`, `bri_va`, `permata_va`, `cimb_va`, `mandiri_bill`, `gopay`, `shopeepay`, `qris`,
    /// `indomaret`, `alfamart` or `card`.
    #[schema(value_type = String, example = "bca_va")]
    pub method: Method,
    /// Where a wallet or bank sends the payer afterwards; `https`.
    #[schema(value_type = Option<String>, example = "https://toko.example/paid")]
    pub return_url: Option<ReturnUrl>,
    /// For a card: the token that the provider's script made in the payer's browser.
    #[schema(value_type = Option<String>)]
    pub card_token: Option<CardToken>,
}

/// An `https` address of at most 2,000 visible ASCII characters.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct ReturnUrl(String);

impl TryFrom<String> for ReturnUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let host = text.strip_prefix("https://").unwrap_or_default();
        let visible = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\".contains(&b));
        if !host.is_empty() && visible && text.len() <= 2_000 { Ok(Self(text)) } else { Err("use an https address") }
    }
}

/// Pay an invoice
///
/// Answers with what the payer does next. A payment that comes in after its invoice was paid otherwise stays on the
/// customer's balance.
#[utoipa::path(
    post, path = "/api/v1/payments", tag = "payments", security(("bearer" = ["payments:write"])),
    params(("Idempotency-Key" = String, Header, description = "A new one for each payment")),
    request_body = CreatePayment,
    responses(
        (status = 201, body = Envelope<PaymentView>),
        (
            status = 409,
            description = "INVOICE_ALREADY_PAID, INVOICE_WRONG_STATE, PROVIDER_NOT_CONFIGURED, PAYMENT_NEEDS_REVIEW",
        ),
        (status = 422, description = "AMOUNT_NOT_SUPPORTED, CURRENCY_NOT_SUPPORTED, PAYMENT_REFUSED"),
        (status = 503, description = "PROVIDER_UNAVAILABLE: the same request again takes the payment up"),
    )
)]
pub async fn create_payment(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreatePayment>,
) -> Result<Reply, Problem> {
    let desk = Desk { api: &api, scope: caller.scope, info: &info };
    let invoice =
        Invoices::new(api.table(), caller.scope).get(body.invoice_id).await?.ok_or_else(Problem::not_found)?;
    let invoice = caller.open(&api, invoice).await?;

    let (payment, attempt) = match key.resumed() {
        Some(operation) => {
            let payment = begun_before(&desk, operation).await?;
            let still_due = still_due(&invoice).is_ok() && invoice.amount_due() == payment.amount;
            (payment, if still_due { Attempt::Resumed } else { Attempt::InVain })
        }
        None => (begin(&desk, &key, &body, &invoice).await?, Attempt::First),
    };
    let answer = charge(&desk, &key, payment, (&invoice, body), attempt).await;
    if answer.is_err() {
        // The operation stays open: the same request takes it up at once.
        key.release(&api).await;
    }
    answer
}

async fn charge(
    desk: &Desk<'_>,
    key: &IdempotencyKey,
    payment: Payment,
    (invoice, body): (&Invoice, CreatePayment),
    attempt: Attempt,
) -> Result<Reply, Problem> {
    if let Some(Failure { message, .. }) = &payment.failure {
        return Err(PaymentError::Refused { message: message.clone() }.into());
    }
    let midtrans = provider::midtrans(desk.api, desk.scope.tenant()).await?;
    match drive(&midtrans, &charge_for(&payment, invoice, body), attempt).await {
        Ok(charged) => store(desk, key, payment, &charged).await,
        Err(ProviderError::NotFound) if attempt == Attempt::InVain => call_off(desk, &payment, invoice).await,
        Err(ProviderError::Refused { code, message }) => refuse(desk, payment, code, message).await,
        Err(ProviderError::Mismatch(reason)) => Err(desk.needs_review(reason, &payment).await),
        Err(error) => Err(error.into()),
    }
}

async fn begun_before(desk: &Desk<'_>, operation: &str) -> Result<Payment, Problem> {
    let id: PaymentId = operation.parse().map_err(|_| broken("the operation is no payment"))?;
    let payment = desk.payments().get(id).await?.ok_or_else(|| broken("the operation's payment is gone"))?;
    Ok(payment.trusted("the operation is the caller's own"))
}

fn broken(what: &'static str) -> Problem {
    tracing::error!(what, "an operation cannot be taken up");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL",
        "something went wrong on our side; it has been recorded",
    )
}

async fn begin(
    desk: &Desk<'_>,
    key: &IdempotencyKey,
    body: &CreatePayment,
    invoice: &Invoice,
) -> Result<Payment, Problem> {
    still_due(invoice)?;
    if body.method == Method::Card && body.card_token.is_none() {
        return Err(PaymentError::CardTokenMissing.into());
    }
    let payment = Payment::begin(NewPayment {
        id: PaymentId::new(desk.api.new_ulid()),
        tenant_id: desk.scope.tenant(),
        payer: invoice.bill_to.party,
        purpose: Purpose::Invoice { invoice_id: invoice.id },
        amount: invoice.amount_due(),
        method: body.method,
        now: desk.api.now(),
    })?;
    // Asked before anything is stored: a payment that nobody can charge would stay pending for ever.
    provider::midtrans(desk.api, desk.scope.tenant()).await?;
    let mut transaction = Transaction::new();
    for write in desk.payments().begin(&payment)? {
        transaction.add(write);
    }
    key.begin(desk.api, transaction, &payment.id.to_string(), |_| Problem::conflict()).await?;
    Ok(payment)
}

/// Whether the invoice waits for money.
const fn still_due(invoice: &Invoice) -> Result<(), InvoiceError> {
    match invoice.status() {
        InvoiceStatus::Open | InvoiceStatus::Uncollectible => Ok(()),
        InvoiceStatus::Paid => Err(InvoiceError::AlreadyPaid { by: None }),
        status @ (InvoiceStatus::Draft | InvoiceStatus::Void) => Err(InvoiceError::WrongState { status }),
    }
}

fn charge_for(payment: &Payment, invoice: &Invoice, body: CreatePayment) -> Charge {
    let number = invoice.issued.as_ref().map(|issued| issued.number.to_string()).unwrap_or_default();
    Charge {
        payment: payment.id,
        tenant: payment.tenant_id,
        amount: payment.amount,
        method: payment.method,
        items: vec![ChargeItem {
            id: invoice.id.to_string(),
            name: format!("Invoice {number}"),
            price: payment.amount.minor(),
            quantity: 1,
        }],
        customer: Customer { name: invoice.bill_to.name.clone(), email: invoice.bill_to.email.clone() },
        return_url: body.return_url.map(|url| url.0),
        card_token: body.card_token.map(|token| token.0),
    }
}

/// Stores what the provider answered, together with the answer to this request.
async fn store(
    desk: &Desk<'_>,
    key: &IdempotencyKey,
    mut payment: Payment,
    charged: &Charged,
) -> Result<Reply, Problem> {
    for _ in 0..RACES {
        let mut entry = match desk.decide(&payment, apply_charged(&payment, charged)).await? {
            Decision::Write(entry) => *entry,
            Decision::SetAside(reason) => {
                desk.set_aside(&Quarantined::answered(reason, &charged.status)).await?;
                return Err(ProviderError::Mismatch(reason).into());
            }
            Decision::Ask => return Err(broken("an answer of the provider asks to ask it")),
        };
        let reply = Reply::created(&PaymentView::drawn(&entry.payment))?.version(entry.payment.version);
        entry.transaction.add(key.finish(&reply)?);
        let lost_a_race = match desk.api.table().transact(std::mem::take(&mut entry.transaction)).await {
            Ok(()) => return Ok(reply),
            Err(TransactError::Cancelled(cancelled)) => entry.lost_a_race(&cancelled),
            Err(TransactError::Table(error)) => return Err(error.into()),
        };
        if !lost_a_race {
            return Err(Problem::conflict());
        }
        // A notification was faster.
        let again = desk.payments().get(payment.id).await?.ok_or_else(|| broken("the payment is gone"))?;
        payment = again.trusted("the payment was opened before");
    }
    Err(too_many_races())
}

/// Calls off a payment that its payer was never asked for, because its invoice was settled otherwise. The key stays
/// open: the same request gets the same refusal. Should the provider's first answer only be late, and the payer pay
/// after all, the money comes in as late money does.
async fn call_off(desk: &Desk<'_>, payment: &Payment, invoice: &Invoice) -> Result<Reply, Problem> {
    if payment.status == Status::Pending && payment.transaction_id.is_none() {
        let called_off = payment.called_off(desk.api.now());
        let mut transaction = Transaction::new();
        transaction.add(desk.payments().save(&called_off)?);
        if let Some(event) = desk.told(&called_off)? {
            transaction.add(event);
        }
        commit(desk, transaction).await?;
    }
    still_due(invoice)?;
    Err(Problem::conflict())
}

/// Stores that the provider refused to begin. The key stays open: the same request finds the failed payment and gets
/// the same refusal.
async fn refuse(desk: &Desk<'_>, payment: Payment, code: u16, message: String) -> Result<Reply, Problem> {
    if payment.status == Status::Pending && payment.transaction_id.is_none() {
        let failure = Failure { code: code.to_string(), message: message.clone() };
        let failed = payment.refused(failure, desk.api.now());
        let mut transaction = Transaction::new();
        transaction.add(desk.payments().save(&failed)?);
        commit(desk, transaction).await?;
    }
    Err(PaymentError::Refused { message }.into())
}

async fn commit(desk: &Desk<'_>, transaction: Transaction) -> Result<(), Problem> {
    match desk.api.table().transact(transaction).await {
        Ok(()) => Ok(()),
        Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
#[path = "create_payment_tests.rs"]
mod tests;
