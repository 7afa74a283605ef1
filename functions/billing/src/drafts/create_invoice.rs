//! `POST /api/v1/invoices`: an invoice that is written by hand, as a draft or issued at once.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key, one of the customer, then settings and customer at once (and its user), one transaction of draft, pointer, audit entry
//! and idempotency row. To issue it, the next number and the balance are read at once, and 5 to 8 more writes are in the
//! transaction; both again for every race that is lost.

use axum::extract::State;
use billing::{Invoice, Invoices, Memo, Writing};
use customers::Customers;
use kernel::{Currency, CustomerId, InvoiceId, Locale, Party};
use serde::Deserialize;
use table::{Race, Transaction};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    InvoicesWrite,
    drafts::line_body::{LineBody, checked},
    invoices::invoice_view::InvoiceView,
    issuing::{ToIssue, issue, present_terms, until_settled},
};

/// A new invoice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateInvoice {
    /// Who is billed.
    pub customer_id: CustomerId,
    /// The currency of every amount on it.
    pub currency: Currency,
    /// What it is made of.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Vec<LineBody>,
    /// The language of its document: `id` or `en`; the customer's when left out.
    pub language: Option<Locale>,
    /// How many days there are to pay; those of the billing settings when left out.
    #[schema(minimum = 0, maximum = 365, example = 14)]
    pub terms_days: Option<u16>,
    /// What is said beneath the lines.
    pub memo: Option<Memo>,
    /// Whether it is issued at once; it is a draft without a number when this is left out.
    pub finalize: Option<bool>,
}

/// Create an invoice
///
/// For a customer, and for no subscription. Seller, buyer and taxes are those of the billing settings, as on every invoice. A
/// draft has no number, is mailed to nobody and moves no money: its taxes are computed again when it is issued.
#[utoipa::path(
    post, path = "/api/v1/invoices",
    responses(
        (status = 201, body = Envelope<InvoiceView>),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 409, description = "CUSTOMER_ERASED, NO_LUXURY_TAX_RATE, CONFLICT"),
        (status = 422, description = "INVOICE_BELOW_ZERO")
    )
)]
pub async fn create_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateInvoice>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let today = api.now().date_in(&caller.tenant.timezone);
    let lines = checked(Some(&body.lines), body.terms_days, body.currency, today)?.unwrap_or_default();
    exists(&api, &caller, body.customer_id).await?;
    let terms = present_terms(&api, &caller, Party::Customer(body.customer_id), body.currency).await?;
    let language = body.language.unwrap_or(terms.language);
    let writing = Writing { lines, language, terms_days: body.terms_days, memo: body.memo };
    let draft = Invoice::written(InvoiceId::new(api.new_ulid()), body.currency, writing, &terms)?;

    until_settled(&api, || async {
        let (invoice, mut transaction) = if body.finalize == Some(true) {
            issue(&api, &caller, &info, ToIssue::New(draft.clone()), &terms).await?
        } else {
            let mut transaction = Transaction::new();
            Invoices::insert_draft(&mut transaction, caller.scope, &draft)?;
            (draft.clone(), transaction)
        };
        let entry = caller.entry(&api, &info, crate::INVOICE_CREATED).about(invoice.id);
        entry.with("status", invoice.status().as_str()).insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&InvoiceView::at(&invoice, api.now()))?.version(invoice.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}

/// `Ok` when the customer is there.
pub(crate) async fn exists(api: &Api, caller: &Caller<InvoicesWrite>, id: CustomerId) -> Result<(), Problem> {
    match Customers::new(api.table(), caller.scope).get(id).await? {
        Some(found) => caller.open(api, found).await.map(drop),
        None => Err(Problem::not_found()),
    }
    .map_err(|refusal| refusal.named_at("/customerId"))
}
