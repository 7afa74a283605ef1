//! `PATCH /api/v1/invoices/{id}`: a draft that is written by hand says something else.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, then settings and customer at once (and its user), one transaction of draft, audit entry and
//! idempotency row; from the read on again for every race that is lost.

use axum::extract::State;
use billing::{Invoice, Invoices, Memo, Writing};
use kernel::{Field, InvoiceId, Locale};
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    InvoicesWrite,
    changes::invoice_edit::{InvoiceChange, InvoiceEdit},
    drafts::line_body::{LineBody, checked},
    invoices::invoice_view::InvoiceView,
    issuing::present_terms,
};

/// What changes; what is left out stays, and null takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateInvoice {
    /// All lines: they take the place of those before.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<LineBody>, required = false, min_items = 1, max_items = 100)]
    pub lines: Option<Vec<LineBody>>,
    /// The language of its document; with null, the customer's.
    #[serde(default)]
    pub language: Field<Locale>,
    /// How many days there are to pay; with null, those of the billing settings.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 365)]
    pub terms_days: Field<u16>,
    /// What is said beneath the lines.
    #[serde(default)]
    pub memo: Field<Memo>,
}

/// Update a draft invoice
///
/// Only a draft that is written by hand can be changed. What it says of seller, buyer and taxes is of the present from then on,
/// whatever is changed.
#[utoipa::path(
    patch, path = "/api/v1/invoices/{id}",
    responses(
        (status = 200, body = Envelope<InvoiceView>),
        (status = 409, description = "CUSTOMER_ERASED, NO_LUXURY_TAX_RATE; INVOICE_WRONG_STATE: it is issued"),
        (status = 422, description = "INVOICE_BELOW_ZERO")
    )
)]
pub async fn update_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    edit: Edit,
    Id(id): Id<InvoiceId>,
    Json(body): Json<UpdateInvoice>,
) -> Result<Reply, Problem> {
    let edit = InvoiceEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::INVOICE_UPDATED };
    let (api, caller, body) = (&api, &caller, &body);
    edit.make(|draft: Invoice| async move {
        draft.must_be_by_hand()?;
        let terms = present_terms(api, caller, draft.bill_to.party, draft.currency).await?;
        let UpdateInvoice { lines: asked, language, terms_days: days, memo } = body.clone();
        let before = draft.writing();
        let (terms_days, today) = (days.apply(before.terms_days), api.now().date_in(&caller.tenant.timezone));
        let lines = checked(asked.as_deref(), terms_days, draft.currency, today)?;
        let writing = Writing {
            lines: lines.unwrap_or(before.lines),
            language: language.apply(Some(before.language)).unwrap_or(terms.language),
            terms_days,
            memo: memo.apply(before.memo),
        };
        let after = draft.rewritten(writing, &terms)?;
        let mut transaction = Transaction::new();
        Invoices::save(&mut transaction, caller.scope, &after)?;
        Ok(Some(InvoiceChange::new(after, transaction)))
    })
    .await
}
