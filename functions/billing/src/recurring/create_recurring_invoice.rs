//! `POST /api/v1/recurring-invoices`: lines that are invoiced again and again, without a plan.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key, one of the customer, then settings and customer at once (and its user), one transaction of recurring invoice, agenda,
//! audit entry and idempotency row.

use axum::extract::State;
use billing::{Covers, Interval, Makes, Memo, RecurringInvoice, RecurringStatus};
use kernel::{Currency, CustomerId, InvoiceId, Locale, Party, RecurringInvoiceId};
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    InvoicesWrite,
    drafts::{create_invoice::exists, line_body::LineBody},
    issuing::present_terms,
    recurring::{
        recurring_body::{AskedDays, checked},
        recurring_view::RecurringInvoiceView,
    },
};

/// A new recurring invoice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "currency": "IDR", "interval": "month", "startDate": "2035-01-31",
    "lines": [{ "name": "Retainer", "quantity": 1, "unitAmount": { "amount": 5_000_000, "currency": "IDR" } }]
}))]
pub struct CreateRecurringInvoice {
    /// Who is billed.
    pub customer_id: CustomerId,
    /// The currency of every amount.
    pub currency: Currency,
    /// What each invoice is made of. `period` is left out: `covers` says which days an invoice is for.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Vec<LineBody>,
    /// How often.
    pub interval: Interval,
    /// The day of the first invoice, from which the others are counted: today or later, in the tenant's time zone. The 31st
    /// is the last day of a shorter month.
    pub start_date: Day,
    /// The last day on which an invoice may be made; it goes on when this is left out.
    pub end_date: Option<Day>,
    /// Which days each invoice is for: `nothing` when left out.
    #[serde(default)]
    pub covers: Covers,
    /// What is made: `invoices` when left out.
    #[serde(default)]
    pub makes: Makes,
    /// The language of the documents: `id` or `en`; the customer's when left out.
    pub language: Option<Locale>,
    /// How many days there are to pay; those of the billing settings when left out.
    #[schema(minimum = 0, maximum = 365, example = 14)]
    pub terms_days: Option<u16>,
    /// What is said beneath the lines.
    pub memo: Option<Memo>,
}

/// Create a recurring invoice
///
/// For what is sold again and again without a plan, such as a retainer. On each of its days, at the beginning of the day, an
/// invoice is made by the settings and tax rates of that day; it is issued and mailed, or waits as a draft. A day that was
/// missed is made up for. An erased customer ends it.
#[utoipa::path(
    post, path = "/api/v1/recurring-invoices",
    responses(
        (status = 201, body = Envelope<RecurringInvoiceView>),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 409, description = "CUSTOMER_ERASED, CONFLICT"),
        (status = 422, description = "INVOICE_BELOW_ZERO")
    )
)]
pub async fn create_recurring_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateRecurringInvoice>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let today = api.now().date_in(&caller.tenant.timezone);
    let days = AskedDays { start: Some(body.start_date.0), end: body.end_date.map(|day| day.0), today };
    let lines = checked(Some(&body.lines), body.terms_days, body.currency, days)?.unwrap_or_default();
    exists(&api, &caller, body.customer_id).await?;
    let recurring = RecurringInvoice {
        id: RecurringInvoiceId::new(api.new_ulid()),
        version: 1,
        customer_id: body.customer_id,
        currency: body.currency,
        lines,
        language: body.language,
        terms_days: body.terms_days,
        memo: body.memo,
        covers: body.covers,
        makes: body.makes,
        interval: body.interval,
        start: body.start_date.0,
        until: body.end_date.map(|day| day.0),
        zone: caller.tenant.timezone.clone(),
        status: RecurringStatus::Active,
        paused_on: None,
        trouble: None,
        left_out: None,
        turn: 0,
        made: 0,
        last_invoice: None,
        created_at: api.now(),
    };
    // What it makes today is made the first time too.
    let terms = present_terms(&api, &caller, Party::Customer(body.customer_id), body.currency).await?;
    recurring.make(InvoiceId::new(api.new_ulid()), &terms)?;

    let mut transaction = Transaction::new();
    billing::RecurringInvoices::insert(&mut transaction, caller.scope, &recurring)?;
    let entry = caller.entry(&api, &info, crate::RECURRING_INVOICE_CREATED).about(recurring.id);
    entry.insert(&mut transaction, caller.scope)?;
    let reply = Reply::created(&RecurringInvoiceView::of(&recurring)?)?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}
