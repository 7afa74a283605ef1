//! `GET /api/v1/billing/reports/tax`: the taxes of the invoices that were issued, less those of what was voided or credited,
//! in sum and by invoice.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write,
//! one query per month and megabyte of the journal in the range, one batch read per hundred invoices and credit notes that it
//! names.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use billing::{CreditNote, CreditNotes, Invoice, Invoices, TaxMovement, TaxOccasion, TaxRow, tax_sums};
use kernel::{CreditNoteId, Currency, InvoiceId, Money, MoneyError, Zone};
use ledger::{Account, Journal, JournalEntry, LedgerError, Occasion, Posting};
use web::{Api, Caller, Csv, Envelope, Limit, Problem, QueryString, Reply};

use crate::{
    BillingRead,
    reports::{
        days::{Days, ReportQuery, THREE_MONTHS, invalid},
        tax_view::{TaxInLedger, TaxReport, TaxRowView, TaxTotalView},
    },
};

/// The most that a report is made of, so that an answer holds its rows.
const MOST_DOCUMENTS: usize = 4_000;

/// Get the tax report
///
/// Of the current month, or of the days given: 92 at most. An invoice counts on the day of its issue, and what is taken back
/// on the day on which it is: an invoice that is voided in a later range lowers that one. A credit note counts with
/// the taxes that it prints. Invoices without tax are no part of it. A report of more than 4000 invoices and credit notes is refused. A tenant has six
/// reports a minute.
#[utoipa::path(
    get, path = "/api/v1/billing/reports/tax",
    responses(
        (status = 200, content((Envelope<TaxReport> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, or too many invoices")
    )
)]
pub async fn report_tax(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    QueryString(query): QueryString<ReportQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let days = Days::of((query.from, query.to), (zone, api.now()), THREE_MONTHS)?;
    let span = days.span(zone)?;
    caller.limit_tenant(&api, Limit::REPORTS).await?;

    let mut entries = Journal::new(api.table(), caller.scope).entries(span.from, span.to).await?;
    entries.retain(|entry| occasion(entry.occasion()).is_some());
    if entries.len() > MOST_DOCUMENTS {
        return Err(invalid("from", "these days have more than 4000 invoices and credit notes; ask for fewer days"));
    }
    let named: BTreeSet<InvoiceId> = entries.iter().filter_map(|entry| entry.occasion().invoice()).collect();
    let invoices = Invoices::new(api.table(), caller.scope).get_many(&named.into_iter().collect::<Vec<_>>()).await?;
    let named: BTreeSet<CreditNoteId> = entries.iter().filter_map(|entry| entry.occasion().credit_note()).collect();
    let notes = CreditNotes::new(api.table(), caller.scope).get_many(&named.into_iter().collect::<Vec<_>>()).await?;
    let report = report((days, zone), &entries, &invoices, &notes).map_err(LedgerError::from)?;
    let people = caller.people_in_tables();
    Reply::report(query.format, &report, |report| report.table(people))
}

/// Why an entry is in the report; those that are not move no tax.
const fn occasion(occasion: Occasion) -> Option<TaxOccasion> {
    match occasion {
        Occasion::InvoiceIssued { .. } => Some(TaxOccasion::Issued),
        Occasion::InvoiceVoided { .. } => Some(TaxOccasion::Voided),
        Occasion::CreditNoteIssued { .. } => Some(TaxOccasion::Credited),
        Occasion::InvoicePaid { .. }
        | Occasion::PaymentUnapplied { .. }
        | Occasion::Deposited { .. }
        | Occasion::BalanceApplied { .. }
        | Occasion::Refunded { .. }
        | Occasion::RefundReturned { .. }
        | Occasion::Withdrawn { .. }
        | Occasion::WrittenOff { .. }
        | Occasion::RevenueRecognised { .. }
        | Occasion::WithdrawalHeld { .. }
        | Occasion::WithdrawalSettled { .. }
        | Occasion::WithdrawalReturned { .. } => None,
    }
}

fn report(
    (days, zone): (Days, &Zone),
    entries: &[JournalEntry],
    invoices: &[Invoice],
    notes: &[CreditNote],
) -> Result<TaxReport, MoneyError> {
    let by_note: BTreeMap<CreditNoteId, &CreditNote> = notes.iter().map(|note| (note.id, note)).collect();
    let by_id: BTreeMap<InvoiceId, &Invoice> = invoices.iter().map(|invoice| (invoice.id, invoice)).collect();
    let (mut rows, mut views): (Vec<TaxRow>, _) = (Vec::new(), Vec::new());
    let mut totals: BTreeMap<Currency, TaxInLedger> = BTreeMap::new();
    for entry in entries {
        let Some(occasion) = occasion(entry.occasion()) else { continue };
        for posting in entry.postings().iter().filter(|posting| posting.account == Account::TaxPayable) {
            let total = total_of(&mut totals, posting.amount.currency());
            total.in_ledger = total.in_ledger.checked_sub(posting.amount)?;
        }
        let Some(invoice) = entry.occasion().invoice().and_then(|id| by_id.get(&id)) else { continue };
        let (currency, day) = (invoice.currency, entry.at().date_in(zone));
        let moved = if let Some(note) = entry.occasion().credit_note().and_then(|id| by_note.get(&id)) {
            note.taxes_moved(day)?
        } else {
            let tax = credited(entry, currency, |account| account == Account::TaxPayable)?;
            let is_net = |account| matches!(account, Account::Revenue | Account::DeferredRevenue(_));
            let net = credited(entry, currency, is_net)?;
            invoice.taxes_moved(TaxMovement { day, occasion, net, tax })?
        };
        for row in moved {
            let total = total_of(&mut totals, currency);
            total.tax = total.tax.checked_add(row.sums.tax)?;
            views.push(TaxRowView::new(row.clone(), invoice));
            rows.push(row);
        }
    }
    let taxes =
        tax_sums(&rows)?.into_iter().map(|(kind, sums)| TaxTotalView { tax: kind.into(), amounts: sums.into() });
    Ok(TaxReport {
        from: days.from,
        to: days.to,
        timezone: zone.clone(),
        taxes: taxes.collect(),
        totals: totals.into_values().collect(),
        rows: views,
    })
}

fn total_of(totals: &mut BTreeMap<Currency, TaxInLedger>, currency: Currency) -> &mut TaxInLedger {
    let nothing = Money::zero(currency);
    totals.entry(currency).or_insert(TaxInLedger { currency, tax: nothing, in_ledger: nothing })
}

/// Credits less debits of an entry on some accounts.
fn credited(entry: &JournalEntry, currency: Currency, on: impl Fn(Account) -> bool) -> Result<Money, MoneyError> {
    let postings =
        entry.postings().iter().filter(|Posting { account, amount }| on(*account) && amount.currency() == currency);
    Money::sum(currency, postings.map(|posting| posting.amount))?.negated()
}

#[cfg(test)]
#[path = "report_tax_tests.rs"]
mod tests;
