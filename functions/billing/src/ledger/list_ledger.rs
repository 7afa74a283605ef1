//! `GET /api/v1/billing/ledger`: the journal of some days, posting by posting, for the books of an accountant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query per month up to the
//! end of the page, one batch read of the invoices that it names. As CSV one more rate-limit write, one query per month and
//! megabyte, and one batch read per hundred invoices.

use std::collections::BTreeSet;

use axum::extract::State;
use billing::Invoices;
use kernel::{InvoiceId, Zone};
use ledger::{Journal, JournalEntry, LedgerError};
use web::{Api, Caller, Csv, Limit, PageOf, Pager, Problem, QueryString, Reply, ReportFormat};

use crate::{
    BillingRead,
    ledger::posting_view::{LedgerRow, numbers, rows, table},
    reports::days::{Days, ReportQuery, THREE_MONTHS, invalid},
};

/// The most rows of a CSV file, so that an answer holds it. An entry has two at least.
const MOST_ROWS: usize = 12_000;

/// List ledger postings
///
/// The journal of the current month, or of the days given (92 at most), in the order of time: a row for each debit and each
/// credit. As JSON in pages, of which `limit` counts the entries: each has two to five rows, which are never parted. As CSV
/// all at once: up to 12000 rows, more are refused; a tenant has six such files a minute, together with its reports.
/// `accountCode` is stable; the chart of accounts is in the guide.
#[utoipa::path(
    get, path = "/api/v1/billing/ledger",
    responses(
        (status = 200, content((PageOf<LedgerRow> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, or too many rows for one file")
    )
)]
pub async fn list_ledger(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    pager: Pager,
    QueryString(query): QueryString<ReportQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let days = Days::of((query.from, query.to), (zone, api.now()), THREE_MONTHS)?;
    let span = days.span(zone)?;
    let (journal, invoices) = (Journal::new(api.table(), caller.scope), Invoices::new(api.table(), caller.scope));
    match query.format {
        Some(ReportFormat::Csv) => {
            caller.limit_tenant(&api, Limit::REPORTS).await?;
            let entries = journal.at_most(span.from, span.to, MOST_ROWS / 2 + 1).await?;
            if entries.iter().map(|entry| entry.postings().len()).sum::<usize>() > MOST_ROWS {
                return Err(invalid("from", "these days have more than 12000 rows; ask for fewer days, or for pages"));
            }
            Ok(Reply::csv(table(&rows_of(&entries, zone, invoices).await?)))
        }
        Some(ReportFormat::Json) | None => {
            let page = journal.page(span.from, span.to, &pager.request()).await?;
            let rows = rows_of(&page.items, zone, invoices).await?;
            Reply::page(rows, pager.info(&api, page.last)?)
        }
    }
}

/// The rows of entries, with the numbers of the invoices that they name.
async fn rows_of(entries: &[JournalEntry], zone: &Zone, invoices: Invoices<'_>) -> Result<Vec<LedgerRow>, Problem> {
    let named: BTreeSet<InvoiceId> = entries.iter().filter_map(|entry| entry.occasion().invoice()).collect();
    let numbers = numbers(&invoices.get_many(&named.into_iter().collect::<Vec<_>>()).await?);
    let mut all = Vec::new();
    for entry in entries {
        all.extend(rows(entry, zone, &numbers).map_err(LedgerError::from)?);
    }
    Ok(all)
}

#[cfg(test)]
#[path = "list_ledger_tests.rs"]
mod tests;
