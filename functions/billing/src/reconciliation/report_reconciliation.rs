//! `GET /api/v1/billing/reports/reconciliation`: what the journal adds up to, and where invoices and journal differ.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write,
//! one query per month and megabyte of the journal in the range, one per megabyte of invoices, one batch read per hundred
//! invoices that were issued before the range; where these differ, the journal of the range once more and one batch read
//! per hundred invoices that differ; two queries per megabyte of stored balances (some 4,000 customers and currencies) and
//! one per month and megabyte of the journal since the range; one query per megabyte of what was set aside and one batch
//! read per hundred of the payments that it names; two per customer that the journal names, 16 customers at a time. What
//! was before the range is never read, and what came after it is added up month by month.

use std::collections::BTreeSet;

use axum::extract::State;
use billing::Invoices;
use kernel::{Date, InvoiceId, Money};
use ledger::{Balances, Journal, JournalEntry, LedgerError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, Limit, Problem, QueryString, Reply};

use crate::{
    BillingRead,
    reconciliation::{
        balances::{BalanceDifference, balance_differences},
        levels::{AccountBalance, Closings, Level},
        reconcile::{Difference, DifferenceCode, differences},
        set_aside::{SetAside, set_aside},
    },
    reports::days::{Days, Span, THREE_MONTHS},
};

/// Which days.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRange {
    /// The first day, in the tenant's zone; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, at most 91 days after the first; today when left out.
    pub to: Option<Day>,
}

/// What the journal adds up to over the range, and its differences from the invoices.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reconciliation {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Every account that was posted to in these days, in each currency.
    pub accounts: Vec<AccountBalance>,
    /// What all customers together owe, have on their balances, and were charged in advance, before and after these days.
    pub levels: Vec<Level>,
    /// The sum over all accounts, per currency: zero in each.
    pub totals: Vec<Money>,
    /// Whether all totals are zero.
    pub balanced: bool,
    /// Where invoices and journal differ; none when all is well.
    pub differences: Vec<DifferenceView>,
    /// Where the stored balances of customers differ from the journal; none when all is well.
    pub balance_differences: Vec<BalanceDifference>,
    /// What providers said that was not booked and waits for a person, such as money that they gave back; none when all is
    /// well. The first 500.
    pub set_aside: Vec<SetAside>,
}

/// Where invoices and journal differ.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceView {
    code: DifferenceCode,
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// What the invoice says.
    pub on_invoice: Option<Money>,
    /// What the journal says.
    pub in_ledger: Option<Money>,
}

/// Get the reconciliation report
///
/// Over the current month, or over the days given: 92 at most, as long as any three months. A tenant has six reports a
/// minute.
#[utoipa::path(
    get, path = "/api/v1/billing/reports/reconciliation",
    responses(
        (status = 200, body = Envelope<Reconciliation>),
        (status = 422, description = "VALIDATION_FAILED: no days, or too many")
    )
)]
pub async fn report_reconciliation(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    QueryString(range): QueryString<ReportRange>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let days = Days::of((range.from, range.to), (zone, api.now()), THREE_MONTHS)?;
    let span = days.span(zone)?;
    caller.limit_tenant(&api, Limit::RECONCILIATIONS).await?;

    let journal = Journal::new(api.table(), caller.scope);
    let entries = journal.entries(span.from, span.to).await?;
    let invoices = Invoices::new(api.table(), caller.scope);
    let mut all = invoices.issued_between(span.from, span.to).await?;
    let have: BTreeSet<InvoiceId> = all.iter().map(|invoice| invoice.id).collect();
    // Older ones that were paid in the range, and those that the index does not show yet.
    let missing: BTreeSet<InvoiceId> =
        entries.iter().filter_map(|entry| entry.occasion().invoice()).filter(|id| !have.contains(id)).collect();
    all.extend(invoices.get_many(&missing.into_iter().collect::<Vec<_>>()).await?);

    let found = differences(&all, &entries, span).map_err(LedgerError::from)?;
    let found = seen_again(found, journal, invoices, span).await?;
    let balances = add_up(&entries)?;
    let closings = Closings::read(journal, span.to, api.now()).await?;
    let totals = balances.totals().map_err(LedgerError::from)?;
    Reply::ok(&Reconciliation {
        from: days.from,
        to: days.to,
        accounts: closings.accounts(&balances).map_err(LedgerError::from)?,
        levels: closings.levels(&balances).map_err(LedgerError::from)?,
        balanced: totals.iter().all(|total| total.is_zero()),
        totals,
        set_aside: set_aside(&api, caller.scope, span).await?,
        balance_differences: balance_differences(journal, &entries).await?,
        differences: found.into_iter().map(DifferenceView::from).collect(),
    })
}

/// Those differences that are there in a second look: an invoice, a payment or a credit may have been committed between the
/// two reads of the first.
async fn seen_again(
    found: Vec<Difference>,
    journal: Journal<'_>,
    invoices: Invoices<'_>,
    span: Span,
) -> Result<Vec<Difference>, Problem> {
    let named: BTreeSet<InvoiceId> = found.iter().map(|one| one.invoice).collect();
    if named.is_empty() {
        return Ok(found);
    }
    let mut entries = journal.entries(span.from, span.to).await?;
    entries.retain(|entry| entry.occasion().invoice().is_some_and(|id| named.contains(&id)));
    let again = invoices.get_many(&named.into_iter().collect::<Vec<_>>()).await?;
    let again = differences(&again, &entries, span).map_err(LedgerError::from)?;
    Ok(found.into_iter().filter(|one| again.contains(one)).collect())
}

fn add_up(entries: &[JournalEntry]) -> Result<Balances, LedgerError> {
    let mut balances = Balances::default();
    for entry in entries {
        balances.add(entry)?;
    }
    Ok(balances)
}

impl From<Difference> for DifferenceView {
    fn from(Difference { code, invoice, on_invoice, in_ledger }: Difference) -> Self {
        Self { code, invoice_id: invoice, on_invoice, in_ledger }
    }
}

#[cfg(test)]
#[path = "report_reconciliation_tests.rs"]
mod tests;
