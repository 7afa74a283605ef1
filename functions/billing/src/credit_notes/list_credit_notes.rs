//! `GET /api/v1/credit-notes`: the caller's credit notes, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), of one invoice one read of it,
//! one query, for a customer or one invoice one batch read.

use axum::extract::State;
use billing::{CreditNotes, CreditNotesOf};
use kernel::{CustomerId, InvoiceId, Party};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{InvoicesRead, credit_notes::credit_note_view::CreditNoteView, invoices::get_invoice};

/// Which credit notes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreditNoteFilter {
    /// Of this invoice only.
    pub invoice_id: Option<InvoiceId>,
    /// Of this customer only.
    pub customer_id: Option<CustomerId>,
}

/// List credit notes
///
/// Newest first. A customer sees their own, a member those of the tenant. With both `invoiceId` and `customerId`, nothing where
/// the invoice is another customer's.
#[utoipa::path(get, path = "/api/v1/credit-notes", responses((status = 200, body = PageOf<CreditNoteView>)))]
pub async fn list_credit_notes(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    pager: Pager,
    QueryString(filter): QueryString<CreditNoteFilter>,
) -> Result<Reply, Problem> {
    let nothing = || Reply::page(Vec::<CreditNoteView>::new(), pager.info(&api, None)?);
    let of = if let Some(id) = filter.invoice_id {
        let invoice = get_invoice::within_reach(&api, &caller, id).await?;
        if filter.customer_id.is_some_and(|customer| invoice.bill_to.party != Party::Customer(customer)) {
            return nothing();
        }
        CreditNotesOf::Invoice(invoice.id)
    } else {
        match caller.whose(&api, filter.customer_id).await? {
            Whose::Partys(party) => CreditNotesOf::Customer(party),
            Whose::Everybodys => CreditNotesOf::Tenant,
            Whose::Nobodys => return nothing(),
        }
    };
    let page = CreditNotes::new(api.table(), caller.scope).list(of, &pager.request()).await?;
    Reply::page(page.items.iter().map(CreditNoteView::from).collect(), pager.info(&api, page.last)?)
}
