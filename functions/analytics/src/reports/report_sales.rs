//! `GET /api/v1/analytics/sales`: what was sold, by day, week or month and by currency.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, again for every megabyte
//! more (some 3,000 days and currencies).

use analytics::{CurrencySales, SalesInterval, SalesRollups, sales_report};
use axum::extract::State;
use kernel::{Currency, Date, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Cell, Csv, Day, Envelope, Problem, QueryString, Reply, ReportFormat};

use crate::{
    AnalyticsRead,
    reports::{
        days::{days, invalid},
        sales_amounts::{COLUMNS, SalesAmounts},
    },
};

/// Which days, in what parts, and how they are written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesQuery {
    /// The first day, in the tenant's zone; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, at most 399 days after the first and not after today; today when left out.
    pub to: Option<Day>,
    /// `day` when left out.
    pub interval: Option<SalesInterval>,
    /// `json` when left out.
    pub format: Option<ReportFormat>,
}

/// Sales by parts of some days, and by currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesReport {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How long a part is.
    pub interval: SalesInterval,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// All days, by currency: none in which nothing moved.
    pub totals: Vec<SalesTotal>,
    /// Each part, in each of these currencies, oldest first.
    pub parts: Vec<SalesPart>,
}

/// All days in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesTotal {
    /// The currency.
    pub currency: Currency,
    /// What was sold.
    pub amounts: SalesAmounts,
}

/// A part in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesPart {
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// The currency.
    pub currency: Currency,
    /// What was sold.
    pub amounts: SalesAmounts,
}

/// Report sales
///
/// Of the current month, or of the days given: 400 at most. An order is on the day on which it was placed and its invoice issued;
/// what is taken back of it is on the day of the credit note, and money is on the day on which it moved. So `net` and `tax` of a
/// day are what the invoices of orders moved in the journal on that day. A change is in the report within seconds. An order that
/// was counted keeps its days when the tenant takes another zone.
#[utoipa::path(
    get, path = "/api/v1/analytics/sales",
    responses(
        (status = 200, content((Envelope<SalesReport> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, or days to come")
    )
)]
pub async fn report_sales(
    State(api): State<Api>,
    caller: Caller<AnalyticsRead>,
    QueryString(query): QueryString<SalesQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let range = days((query.from, query.to), (zone, api.now()))?;
    let interval = query.interval.unwrap_or_default();
    let rows = SalesRollups::new(api.table(), caller.scope).sales(range).await?;
    let sales = sales_report(&rows, range, interval).map_err(|error| invalid("from", &error.to_string()))?;
    let report = SalesReport {
        from: range.from(),
        to: range.to(),
        interval,
        timezone: zone.clone(),
        totals: sales.iter().map(SalesTotal::from).collect(),
        parts: sales.iter().flat_map(parts).collect(),
    };
    Reply::report(query.format, &report, table)
}

impl From<&CurrencySales> for SalesTotal {
    fn from(sales: &CurrencySales) -> Self {
        Self { currency: sales.currency, amounts: SalesAmounts::of(&sales.total, sales.currency) }
    }
}

fn parts(sales: &CurrencySales) -> impl Iterator<Item = SalesPart> {
    sales.buckets.iter().map(|bucket| SalesPart {
        from: bucket.days.from(),
        to: bucket.days.to(),
        currency: sales.currency,
        amounts: SalesAmounts::of(&bucket.figures, sales.currency),
    })
}

fn table(report: &SalesReport) -> Csv {
    let columns: Vec<&str> = ["row", "from", "to", "currency"].into_iter().chain(COLUMNS).collect();
    let mut table = Csv::new(&columns);
    for part in &report.parts {
        let days = [part.from, part.to].map(|day| Cell::text(day.to_string()));
        let named = [Cell::text("part")].into_iter().chain(days).chain([Cell::text(part.currency.to_string())]);
        table.add(named.chain(part.amounts.cells()));
    }
    for total in &report.totals {
        let days = [report.from, report.to].map(|day| Cell::text(day.to_string()));
        let named = [Cell::text("total")].into_iter().chain(days).chain([Cell::text(total.currency.to_string())]);
        table.add(named.chain(total.amounts.cells()));
    }
    table
}
