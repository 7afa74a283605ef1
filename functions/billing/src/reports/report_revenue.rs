//! `GET /api/v1/billing/reports/revenue`: what was invoiced, earned, taken back and given up, by day and currency, and how
//! much is still to be earned at the end of each day. Made of the journal alone.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write,
//! two queries per megabyte of stored balances (some 4,000 customers and currencies), one query per month and megabyte of
//! the journal from the first day on; all of these up to three times while balances change.

use std::collections::BTreeMap;

use axum::extract::State;
use kernel::{Currency, Date, Money, MoneyError, Timestamp, Zone};
use ledger::{
    Account, Balances, Journal, JournalEntry, LedgerError, PartyBalance, RevenueDay, RevenueDays, RevenueFigures,
};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Cell, Csv, Envelope, Limit, Problem, QueryString, Reply};

use crate::{
    BillingRead,
    reports::days::{Days, ReportQuery, Span, THREE_MONTHS},
};

/// Revenue by day and currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevenueReport {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// All days, by currency.
    pub totals: Vec<RevenueTotals>,
    /// Each day of each of these currencies.
    pub days: Vec<RevenueOfDay>,
}

/// All days of one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevenueTotals {
    /// The currency.
    pub currency: Currency,
    /// What moved.
    pub amounts: RevenueAmounts,
    /// What was still to be earned before the first day.
    pub deferred_before: Money,
    /// What is still to be earned at the end of the last day.
    pub deferred: Money,
}

/// A day of one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevenueOfDay {
    /// The day.
    pub date: Date,
    /// The currency.
    pub currency: Currency,
    /// What moved.
    pub amounts: RevenueAmounts,
    /// What is still to be earned at the end of the day: that of the day before, and `invoiced`, less `voided`,
    /// `creditNotes` and `recognised`.
    pub deferred: Money,
}

/// What moved.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevenueAmounts {
    /// What invoices asked for, without tax.
    pub invoiced: Money,
    /// What of it was taken back with whole invoices, without tax.
    pub voided: Money,
    /// What of it was taken back by credit notes, without tax.
    pub credit_notes: Money,
    /// What was earned, without tax and less what was taken back of it: the movement of the account of revenue.
    pub recognised: Money,
    /// What was given up, with tax.
    pub written_off: Money,
    /// What of that came in, or was taken back, after all.
    pub recovered: Money,
    /// The tax on it, less what was taken back: the movement of the account of taxes.
    pub tax: Money,
}

/// Get the revenue report
///
/// Of the current month, or of the days given: 92 at most. Every figure is what the accounts of the journal moved, to the unit.
/// A tenant has six reports a minute.
#[utoipa::path(
    get, path = "/api/v1/billing/reports/revenue",
    responses(
        (status = 200, content((Envelope<RevenueReport> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: no days, or too many")
    )
)]
pub async fn report_revenue(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    QueryString(query): QueryString<ReportQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let days = Days::of((query.from, query.to), (zone, api.now()), THREE_MONTHS)?;
    let span = days.span(zone)?;
    caller.limit_tenant(&api, Limit::REPORTS).await?;

    let read = Read::of(Journal::new(api.table(), caller.scope), span, api.now()).await?;
    let report = report(days, zone, &read).map_err(LedgerError::from)?;
    Reply::report(query.format, &report, table)
}

/// The journal of a span, and what is stored beside it now.
struct Read {
    entries: Vec<JournalEntry>,
    since: Balances,
    stored: Vec<PartyBalance>,
}

/// How often all of it is read while balances change.
const READS: u8 = 3;

impl Read {
    async fn of(journal: Journal<'_>, span: Span, now: Timestamp) -> Result<Self, Problem> {
        // The clocks of those who write may be ahead of ours.
        let until = now.plus(jiff::SignedDuration::from_hours(1)).max(span.to);
        let mut stored = journal.all_balances().await?;
        for _ in 1..READS {
            let read = Self::once(journal, span, until, stored).await?;
            let again = journal.all_balances().await?;
            if again == read.stored {
                return Ok(read);
            }
            stored = again;
        }
        Self::once(journal, span, until, stored).await
    }

    async fn once(
        journal: Journal<'_>,
        span: Span,
        until: Timestamp,
        stored: Vec<PartyBalance>,
    ) -> Result<Self, Problem> {
        let entries = journal.entries(span.from, span.to).await?;
        Ok(Self { entries, since: journal.balances(span.to, until).await?, stored })
    }

    /// What was to be earned before the span: what is now, less what moved since.
    fn deferred_before(&self) -> Result<BTreeMap<Currency, Money>, MoneyError> {
        let mut before: BTreeMap<Currency, Money> = BTreeMap::new();
        let mut add = |amount: Money| {
            let sum = before.entry(amount.currency()).or_insert(Money::zero(amount.currency()));
            *sum = sum.checked_add(amount)?;
            Ok(())
        };
        for row in self.stored.iter().filter(|row| !row.deferred.is_zero()) {
            add(row.deferred)?;
        }
        let is_deferred = |account: Account| matches!(account, Account::DeferredRevenue(_));
        // On the account a credit is more to be earned.
        for posting in self.entries.iter().flat_map(JournalEntry::postings).filter(|one| is_deferred(one.account)) {
            add(posting.amount)?;
        }
        for (_, moved) in self.since.iter().filter(|(account, _)| is_deferred(*account)) {
            add(moved)?;
        }
        Ok(before)
    }
}

fn report(days: Days, zone: &Zone, read: &Read) -> Result<RevenueReport, MoneyError> {
    let mut moved = RevenueDays::default();
    for entry in &read.entries {
        moved.add(entry.at().date_in(zone), entry)?;
    }
    let mut before = read.deferred_before()?;
    before.retain(|_, amount| !amount.is_zero());
    for currency in moved.currencies() {
        before.entry(currency).or_insert(Money::zero(currency));
    }
    let (mut rows, mut totals) = (Vec::new(), Vec::new());
    for (currency, deferred_before) in before {
        let (each, all) = moved.of(days.each(), deferred_before)?;
        rows.extend(each.into_iter().map(|RevenueDay { day, figures, deferred }| RevenueOfDay {
            date: day,
            currency,
            amounts: figures.into(),
            deferred,
        }));
        let (amounts, deferred) = (all.figures.into(), all.deferred);
        totals.push(RevenueTotals { currency, amounts, deferred_before, deferred });
    }
    Ok(RevenueReport { from: days.from, to: days.to, timezone: zone.clone(), totals, days: rows })
}

impl From<RevenueFigures> for RevenueAmounts {
    fn from(figures: RevenueFigures) -> Self {
        let RevenueFigures { invoiced, voided, credited, recognised, written_off, recovered, tax } = figures;
        Self { invoiced, voided, credit_notes: credited, recognised, written_off, recovered, tax }
    }
}

/// Amounts are in minor units of the row's currency.
const COLUMNS: [&str; 11] = [
    "row",
    "date",
    "currency",
    "invoiced",
    "voided",
    "creditNotes",
    "recognised",
    "writtenOff",
    "recovered",
    "tax",
    "deferred",
];

fn table(report: &RevenueReport) -> Csv {
    let mut table = Csv::new(&COLUMNS);
    for day in &report.days {
        let named = [Cell::text("day"), Cell::text(day.date.to_string()), Cell::text(day.currency.to_string())];
        table.add(named.into_iter().chain(cells(&day.amounts, day.deferred)));
    }
    for total in &report.totals {
        let named = [Cell::text("total"), Cell::Empty, Cell::text(total.currency.to_string())];
        table.add(named.into_iter().chain(cells(&total.amounts, total.deferred)));
    }
    table
}

fn cells(amounts: &RevenueAmounts, deferred: Money) -> [Cell<'static>; 8] {
    let RevenueAmounts { invoiced, voided, credit_notes, recognised, written_off, recovered, tax } = amounts;
    let amounts = [*invoiced, *voided, *credit_notes, *recognised, *written_off, *recovered, *tax, deferred];
    amounts.map(|amount| Cell::Number(amount.minor()))
}

#[cfg(test)]
#[path = "report_revenue_tests.rs"]
mod tests;
