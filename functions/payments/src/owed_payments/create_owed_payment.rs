//! `POST /api/v1/tenants/current/payments`: pay what the tenant owes the platform.
//!
//! The invoice, the payment and its money are in the platform's books, at the platform's account with the provider.
//! Round trips: as `POST /api/v1/payments`.

use axum::extract::State;
use billing::{InvoiceStatus, Invoices};
use cashier::Cashier;
use events::Cause;
use identity::Reach;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    TenantsPay,
    payments::{
        create_payment::{CreatePayment, INVOICE, ORDER, pay},
        payment_view::PaymentView,
    },
};

/// Pay an invoice from the platform
///
/// An invoice of the platform to the tenant itself. Works while the tenant is suspended, and when it is over.
#[utoipa::path(
    post, path = "/api/v1/tenants/current/payments",
    responses(
        (status = 201, body = Envelope<PaymentView>),
        (status = 404, description = "NOT_FOUND: there is no such invoice"),
        (status = 409, description = "INVOICE_ALREADY_PAID, INVOICE_WRONG_STATE, PROVIDER_NOT_CONFIGURED, PAYMENT_NEEDS_REVIEW"),
        (status = 422, description = "AMOUNT_NOT_SUPPORTED, CURRENCY_NOT_SUPPORTED, METHOD_NOT_SUPPORTED, PAYMENT_REFUSED"),
        (status = 503, description = "PROVIDER_UNAVAILABLE: the same request again takes the payment up")
    )
)]
pub async fn create_owed_payment(
    State(api): State<Api>,
    caller: Caller<TenantsPay>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreatePayment>,
) -> Result<Reply, Problem> {
    let (scope, party) = caller.as_customer_of_the_platform()?;
    let nothing = || Problem::not_found().named_at(INVOICE);
    if body.order_id.is_some() {
        // The platform sells no goods.
        return Err(Problem::not_found().named_at(ORDER));
    }
    let Some(id) = body.invoice_id else { return Err(Problem::invalid(INVOICE, "REQUIRED", "name an invoice")) };
    let invoice = Invoices::new(api.table(), scope).get(id).await?.ok_or_else(nothing)?;
    let own = invoice.open_for(&[party]).filter(|invoice| invoice.status() != InvoiceStatus::Draft);
    let invoice = own.ok_or_else(nothing)?;
    // In the platform's books a tenant is a customer, whatever it may do in its own.
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope, cause: &cause };
    Box::pin(pay(&cashier, &key, body, &invoice, Reach::Own)).await
}
