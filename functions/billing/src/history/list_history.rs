//! `GET /api/v1/billing/history`: all that happened to a customer's money, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query per megabyte of the
//! customer's journal (some 1,500 entries: what is owed after each follows from all before it), one batch read per hundred
//! invoices that were given up, one of the invoices on the page.

use std::collections::BTreeSet;

use axum::extract::State;
use billing::Invoices;
use kernel::InvoiceId;
use ledger::{Journal, LedgerError, statement};
use web::{Api, Caller, OfCustomer, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{
    InvoicesRead,
    history::history_view::{HistoryRow, given_up, numbered, rows},
    ledger::posting_view::numbers,
};

/// List a customer's money history
///
/// Invoices, payments, credits, refunds and what was given up, with what is owed and what is on the balance after each, in
/// each currency. A customer sees their own; a member names one.
#[utoipa::path(
    get, path = "/api/v1/billing/history",
    responses(
        (status = 200, body = PageOf<HistoryRow>),
        (status = 422, description = "VALIDATION_FAILED: a member named no customer")
    )
)]
pub async fn list_history(
    State(api): State<Api>,
    caller: Caller<InvoicesRead>,
    pager: Pager,
    QueryString(of): QueryString<OfCustomer>,
) -> Result<Reply, Problem> {
    let party = match caller.whose(&api, of.customer_id).await? {
        Whose::Partys(party) => party,
        Whose::Everybodys => return Err(Problem::invalid("customerId", "REQUIRED", "name the customer")),
        Whose::Nobodys => return Reply::page(Vec::<HistoryRow>::new(), pager.info(&api, None)?),
    };
    let (journal, invoices) = (Journal::new(api.table(), caller.scope), Invoices::new(api.table(), caller.scope));
    let lines = statement(&journal.entries_of(party).await?).map_err(LedgerError::from)?;
    let given_up = invoices.get_many(&given_up(&lines)).await?;
    let (shown, info) = pager.part(&api, rows(&lines, &given_up), |row| row.name.clone())?;

    let named: BTreeSet<InvoiceId> = shown.iter().filter_map(|row| row.invoice_id).collect();
    let numbers = numbers(&invoices.get_many(&named.into_iter().collect::<Vec<_>>()).await?);
    Reply::page(numbered(shown, &numbers), info)
}

#[cfg(test)]
#[path = "list_history_tests.rs"]
mod tests;
