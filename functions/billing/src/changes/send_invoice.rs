//! `POST /api/v1/invoices/{id}/send`: an invoice is mailed to its customer again.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of invoice, audit entry, event and idempotency row; the last two again for
//! every race that is lost.

use axum::extract::State;
use billing::{Invoice, InvoiceError, Invoices};
use http::header;
use kernel::{InvoiceId, Timestamp};
use table::Transaction;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    InvoicesWrite,
    changes::invoice_edit::{InvoiceChange, InvoiceEdit},
    invoices::invoice_view::InvoiceView,
};

/// Send an invoice again
///
/// To the customer's address, as when it was issued, with what is due now; and to the chats of those who act for the customer.
/// Once in ten minutes for each invoice. Only while something is due.
#[utoipa::path(
    post, path = "/api/v1/invoices/{id}/send",
    responses(
        (status = 200, body = Envelope<InvoiceView>),
        (status = 409, description = "INVOICE_ALREADY_PAID; INVOICE_WRONG_STATE: it is a draft, or void"),
        (status = 429, description = "INVOICE_SENT_RECENTLY: it was mailed again within the last ten minutes")
    )
)]
pub async fn send_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    edit: Edit,
    Id(id): Id<InvoiceId>,
) -> Result<Reply, Problem> {
    let edit = InvoiceEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::INVOICE_SENT };
    let (api, caller, info) = (&api, &caller, &edit.edit.info);
    edit.make(|invoice: Invoice| async move {
        let now = api.now();
        let sent = invoice.sent(now).map_err(|refusal| wait(refusal, now))?;
        let mut transaction = Transaction::new();
        Invoices::save(&mut transaction, caller.scope, &sent)?;
        api.insert_event(&mut transaction, caller.tenant(), info, sent.version, &sent.told_send_requested())?;
        Ok(Some(InvoiceChange::new(sent, transaction)))
    })
    .await
}

/// The refusal, and how long to wait where that helps.
fn wait(refusal: InvoiceError, now: Timestamp) -> Problem {
    let again_at = if let InvoiceError::SentRecently { again_at } = refusal { Some(again_at) } else { None };
    let problem = Problem::from(refusal);
    match again_at {
        Some(again_at) => problem.with_header(header::RETRY_AFTER, again_at.since(now).as_secs().max(1)),
        None => problem,
    }
}
