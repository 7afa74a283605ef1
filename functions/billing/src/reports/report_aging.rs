//! `GET /api/v1/billing/reports/aging`: what customers owe, by how long it is overdue.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write,
//! one query per megabyte of stored balances (some 4,000 customers and currencies), two per hundred invoices of each customer
//! who owes, newest first until they are all that is owed, 16 customers at a time. For an earlier day one query per month and
//! megabyte of the journal since, and one batch read per hundred invoices that moved since. All of it once more where invoices
//! and journal differ, since something was paid in between.

use axum::extract::State;
use billing::{AgedDebt, AgedSums, Aging, Invoices};
use kernel::{Currency, Date, Money, MoneyError, Party, Timestamp, Zone};
use ledger::{Journal, LedgerError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Cell, Csv, Day, Envelope, Limit, People, Problem, QueryString, Reply, ReportFormat};

use crate::{
    BillingRead,
    reports::{
        days::{THREE_MONTHS, invalid},
        debts::Debts,
    },
};

/// When, and how it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AgingQuery {
    /// At the end of this day in the tenant's zone: one of the last 92. Now, when it is today or left out.
    pub as_of: Option<Day>,
    /// `json` when left out.
    pub format: Option<ReportFormat>,
}

/// What customers owe.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgingReport {
    /// At the end of which day; now, when it is today.
    pub as_of: Date,
    /// Whose midnight ends a day.
    pub timezone: Zone,
    /// All customers, by currency.
    pub totals: Vec<AgingTotal>,
    /// Each customer who owes something, in each currency.
    pub customers: Vec<CustomerAging>,
}

/// What all customers owe in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgingTotal {
    /// The currency.
    pub currency: Currency,
    /// How much, by age.
    pub amounts: AgingAmounts,
    /// What the journal has on the accounts of what is owed: the same, unless the books are wrong, or something was paid while
    /// they were read.
    pub in_ledger: Money,
}

/// What a customer owes in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerAging {
    /// Who: a customer, or in the platform's own books a tenant.
    pub customer_id: Party,
    /// The name, as on the newest of the invoices.
    #[schema(example = "Budi")]
    pub name: String,
    /// The company.
    #[schema(example = "PT Toko Budi Jaya")]
    pub company: Option<String>,
    /// The currency.
    pub currency: Currency,
    /// How much, by age.
    pub amounts: AgingAmounts,
}

/// How much is owed, by the days since the last day to pay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgingAmounts {
    /// How many invoices.
    #[schema(example = 2)]
    pub invoices: u32,
    /// What is not due yet, or today.
    pub not_due: Money,
    /// 1 to 30 days.
    pub days_1_to_30: Money,
    /// 31 to 60 days.
    pub days_31_to_60: Money,
    /// 61 to 90 days.
    pub days_61_to_90: Money,
    /// 91 days and more.
    pub over_90_days: Money,
    /// All of it.
    pub total: Money,
}

/// Get the aging report
///
/// What is owed now, or at the end of one of the last 92 days: what is owed now, less what the journal moved since. What was given
/// up is not owed. A report of more than 10000 customers and currencies is refused. A tenant has six reports a minute.
#[utoipa::path(
    get, path = "/api/v1/billing/reports/aging",
    responses(
        (status = 200, content((Envelope<AgingReport> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: a day to come, or too long ago; or too many who owe")
    )
)]
pub async fn report_aging(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    QueryString(query): QueryString<AgingQuery>,
) -> Result<Reply, Problem> {
    let (zone, now) = (&caller.tenant.timezone, api.now());
    let (as_of, moment) = moment(query.as_of, zone, now)?;
    caller.limit_tenant(&api, Limit::REPORTS).await?;

    let books = (Journal::new(api.table(), caller.scope), Invoices::new(api.table(), caller.scope));
    let (debts, aging) = Debts::read(books, moment, (as_of, now)).await?;
    if aging.debts().count() > MOST_ROWS {
        return Err(invalid("asOf", "more than 10000 customers owe something; read the journal instead"));
    }
    let report = report(&debts, &aging, as_of, zone).map_err(LedgerError::from)?;
    let people = caller.people_in_tables();
    Reply::report(query.format, &report, |report| table(report, people))
}

/// The most rows that an answer holds.
const MOST_ROWS: usize = 10_000;

/// The day, and the moment of its end where that is over.
fn moment(asked: Option<Day>, zone: &Zone, now: Timestamp) -> Result<(Date, Option<Timestamp>), Problem> {
    let today = now.date_in(zone);
    let Some(Day(day)) = asked.filter(|Day(day)| *day != today) else { return Ok((today, None)) };
    let ago = day.until(today).map_or(i32::MAX, |span| span.get_days());
    match ago {
        i32::MIN..=0 => Err(invalid("asOf", "the day must not be after today in the tenant's zone")),
        1..THREE_MONTHS => {
            let end = day.tomorrow().ok().and_then(|next| zone.start_of(next).ok());
            let end = end.ok_or_else(|| invalid("asOf", "use days between 1970 and 9999"))?;
            Ok((day, Some(end)))
        }
        THREE_MONTHS.. => Err(invalid("asOf", "use today, or one of the 91 days before it")),
    }
}

fn report(debts: &Debts, aging: &Aging, as_of: Date, zone: &Zone) -> Result<AgingReport, MoneyError> {
    let mut by_currency = aging.totals()?;
    for currency in debts.in_ledger.keys() {
        by_currency.entry(*currency).or_insert(AgedSums::nothing(*currency));
    }
    let mut totals = Vec::new();
    for (currency, sums) in by_currency {
        let in_ledger = debts.in_ledger.get(&currency).copied().unwrap_or(Money::zero(currency));
        totals.push(AgingTotal { currency, amounts: AgingAmounts::of(&sums)?, in_ledger });
    }
    let mut customers = Vec::new();
    for (customer_id, AgedDebt { name, company, sums, .. }) in aging.debts() {
        customers.push(CustomerAging {
            customer_id,
            name: name.clone(),
            company: company.clone(),
            currency: sums.not_due.currency(),
            amounts: AgingAmounts::of(sums)?,
        });
    }
    Ok(AgingReport { as_of, timezone: zone.clone(), totals, customers })
}

impl AgingAmounts {
    fn of(sums: &AgedSums) -> Result<Self, MoneyError> {
        let AgedSums { invoices, not_due, up_to_30, up_to_60, up_to_90, over_90 } = *sums;
        Ok(Self {
            invoices,
            not_due,
            days_1_to_30: up_to_30,
            days_31_to_60: up_to_60,
            days_61_to_90: up_to_90,
            over_90_days: over_90,
            total: sums.total()?,
        })
    }

    fn cells(&self) -> [Cell<'static>; 7] {
        [
            Cell::Number(self.invoices.into()),
            Cell::Number(self.not_due.minor()),
            Cell::Number(self.days_1_to_30.minor()),
            Cell::Number(self.days_31_to_60.minor()),
            Cell::Number(self.days_61_to_90.minor()),
            Cell::Number(self.over_90_days.minor()),
            Cell::Number(self.total.minor()),
        ]
    }
}

/// Amounts are in minor units of the row's currency.
const COLUMNS: [&str; 13] = [
    "row",
    "asOf",
    "customerId",
    "name",
    "company",
    "currency",
    "invoices",
    "notDue",
    "days1To30",
    "days31To60",
    "days61To90",
    "over90Days",
    "total",
];

fn table(report: &AgingReport, people: People) -> Csv {
    let mut table = Csv::naming(people, &COLUMNS);
    let as_of = || Cell::text(report.as_of.to_string());
    for customer in &report.customers {
        let company = customer.company.as_deref().map_or(Cell::Empty, Cell::personal);
        let (id, name) = (Cell::text(customer.customer_id.to_string()), Cell::personal(customer.name.as_str()));
        let named = [Cell::text("customer"), as_of(), id, name, company, Cell::text(customer.currency.to_string())];
        table.add(named.into_iter().chain(customer.amounts.cells()));
    }
    for total in &report.totals {
        let currency = Cell::text(total.currency.to_string());
        let named = [Cell::text("total"), as_of(), Cell::Empty, Cell::Empty, Cell::Empty, currency];
        table.add(named.into_iter().chain(total.amounts.cells()));
    }
    table
}

#[cfg(test)]
#[path = "report_aging_tests.rs"]
mod tests;
