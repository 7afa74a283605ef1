//! `GET /api/v1/analytics/dashboard`: today, the last 7 and the last 30 days, each beside as many days before.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two queries side by side, of 60
//! days each.

use analytics::{BuyerDay, BuyerFigures, DayRange, SalesDay, SalesInterval, SalesRollups, sales_report};
use axum::extract::State;
use kernel::{Date, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Cell, Csv, Envelope, Problem, QueryString, Reply, ReportFormat};

use crate::{
    AnalyticsRead,
    reports::{days::invalid, report_buyers::BuyersPart, report_sales::SalesTotal, sales_amounts::COLUMNS},
};

/// How it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesDashboardQuery {
    /// `json` when left out.
    pub format: Option<ReportFormat>,
}

/// What is sold at present.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesDashboard {
    /// Today in the tenant's zone.
    pub today: Date,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// Today, the 7 and the 30 days that end with today.
    pub periods: Vec<DashboardPeriod>,
}

/// Some days that end with today, and as many right before them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardPeriod {
    /// How many days.
    #[schema(example = 7)]
    pub days: u16,
    /// What was sold and who bought.
    pub current: DashboardSums,
    /// The same of the days before.
    pub previous: DashboardSums,
}

/// What was sold on some days, and who bought.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardSums {
    /// What was sold, by currency: none in which nothing moved.
    pub sales: Vec<SalesTotal>,
    /// Who bought.
    pub buyers: BuyersPart,
}

const PERIODS: [u16; 3] = [1, 7, 30];

/// Get the sales dashboard
///
/// What was sold and how many bought today, on the last 7 and on the last 30 days, beside as many days before. Today is not over:
/// what it is compared with is the whole of yesterday.
#[utoipa::path(
    get, path = "/api/v1/analytics/dashboard",
    responses((status = 200, content((Envelope<SalesDashboard> = "application/json"), (Csv = "text/csv"))))
)]
pub async fn get_sales_dashboard(
    State(api): State<Api>,
    caller: Caller<AnalyticsRead>,
    QueryString(query): QueryString<SalesDashboardQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let today = api.now().date_in(zone);
    let rollups = SalesRollups::new(api.table(), caller.scope);
    let all = DayRange::ending(today, 2 * PERIODS.into_iter().max().unwrap_or(1));
    let (sales, buyers) = tokio::try_join!(rollups.sales(all), rollups.buyers(all))?;
    let read = Read { sales, buyers };
    let periods = PERIODS.map(|days| {
        let current = DayRange::ending(today, days);
        let previous = current.before().unwrap_or(current);
        Ok(DashboardPeriod { days, current: read.sums(current)?, previous: read.sums(previous)? })
    });
    let periods = periods.into_iter().collect::<Result<_, Problem>>()?;
    Reply::report(query.format, &SalesDashboard { today, timezone: zone.clone(), periods }, table)
}

struct Read {
    sales: Vec<SalesDay>,
    buyers: Vec<BuyerDay>,
}

impl Read {
    fn sums(&self, days: DayRange) -> Result<DashboardSums, Problem> {
        let sales = sales_report(&self.sales, days, SalesInterval::Month);
        let sales = sales.map_err(|error| invalid("format", &error.to_string()))?;
        let buyers = BuyersPart::from(&BuyerFigures::of(&self.buyers, days));
        Ok(DashboardSums { sales: sales.iter().map(SalesTotal::from).collect(), buyers })
    }
}

/// A row for each period and currency, and one for its buyers.
fn table(dashboard: &SalesDashboard) -> Csv {
    let named = ["row", "from", "to", "active", "new", "returning", "currency"];
    let columns: Vec<&str> = named.into_iter().chain(COLUMNS).collect();
    let mut table = Csv::new(&columns);
    for period in &dashboard.periods {
        for (row, sums) in [("current", &period.current), ("previous", &period.previous)] {
            let BuyersPart { from, to, active, new, returning, .. } = sums.buyers;
            let days = || [Cell::text(row), Cell::text(from.to_string()), Cell::text(to.to_string())].into_iter();
            let buyers = [active, new, returning].map(Cell::Number);
            table.add(days().chain(buyers).chain([Cell::Empty]).chain(COLUMNS.map(|_| Cell::Empty)));
            for total in &sums.sales {
                let currency = Cell::text(total.currency.to_string());
                let nobody = [Cell::Empty, Cell::Empty, Cell::Empty, currency];
                table.add(days().chain(nobody).chain(total.amounts.cells()));
            }
        }
    }
    table
}
