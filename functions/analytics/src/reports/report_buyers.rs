//! `GET /api/v1/analytics/users`: who buys: new ones, all, those who came back, and cohorts.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two queries side by side: of the
//! days, again for every megabyte more (some 250 busy days), and of the cohorts.

use analytics::{BuyerCohort, BuyerFigures, BuyersReport, Distinct, SalesInterval, SalesRollups, cohorts};
use axum::extract::State;
use kernel::{Date, Zone};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Cell, Csv, Envelope, Problem, QueryString, Reply};

use crate::{
    AnalyticsRead,
    reports::{days::days, report_sales::SalesQuery},
};

/// Who bought on some days.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShopUsersReport {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How long a part is.
    pub interval: SalesInterval,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// Over all days.
    pub total: BuyersPart,
    /// In each part, oldest first.
    pub parts: Vec<BuyersPart>,
    /// Those who bought for the first time in a month that the days touch, oldest month first.
    pub cohorts: Vec<BuyersCohort>,
}

/// Who bought in a part.
#[derive(Debug, Serialize, ToSchema)]
pub struct BuyersPart {
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// How many different customers bought.
    #[schema(example = 120)]
    pub active: i64,
    /// How many of them bought for the first time.
    #[schema(example = 40)]
    pub new: i64,
    /// How many had bought before.
    #[schema(example = 80)]
    pub returning: i64,
    /// Whether `active` and `returning` are estimates: they are where more than 256 customers bought, and are then off by some
    /// 1.6 percent.
    pub estimated: bool,
}

/// Those who bought for the first time in one month.
#[derive(Debug, Serialize, ToSchema)]
pub struct BuyersCohort {
    /// Which month.
    #[schema(example = "2026-12")]
    pub month: String,
    /// How many.
    #[schema(example = 40)]
    pub buyers: i64,
    /// That month and the months after it, up to the twelfth and to the present one.
    pub months: Vec<CohortMonth>,
}

/// How many of a cohort bought in a month.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CohortMonth {
    /// How many months after the first.
    #[schema(example = 1)]
    pub after: usize,
    /// How many of them bought.
    #[schema(example = 10)]
    pub buyers: i64,
    /// That part of all of them, in hundredths of a percent, rounded down.
    #[schema(example = 2_500)]
    pub basis_points: i64,
}

/// Report users who buy
///
/// Customers who paid an order, or had one that cost nothing, on the day on which it was confirmed; a guest is a new customer
/// with each order. Of the current month, or of the days given: 400 at most.
#[utoipa::path(
    get, path = "/api/v1/analytics/users",
    responses(
        (status = 200, content((Envelope<ShopUsersReport> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, or days to come")
    )
)]
pub async fn report_buyers(
    State(api): State<Api>,
    caller: Caller<AnalyticsRead>,
    QueryString(query): QueryString<SalesQuery>,
) -> Result<Reply, Problem> {
    let (zone, now) = (&caller.tenant.timezone, api.now());
    let range = days((query.from, query.to), (zone, now))?;
    let interval = query.interval.unwrap_or_default();
    let rollups = SalesRollups::new(api.table(), caller.scope);
    let (rows, cells) = tokio::try_join!(rollups.buyers(range), rollups.cohorts(range))?;
    let buyers = BuyersReport::of(&rows, range, interval);
    let report = ShopUsersReport {
        from: range.from(),
        to: range.to(),
        interval,
        timezone: zone.clone(),
        total: BuyersPart::from(&buyers.total),
        parts: buyers.buckets.iter().map(BuyersPart::from).collect(),
        cohorts: cohorts(&cells, now.date_in(zone)).iter().map(BuyersCohort::from).collect(),
    };
    Reply::report(query.format, &report, table)
}

impl From<&BuyerFigures> for BuyersPart {
    fn from(figures: &BuyerFigures) -> Self {
        Self {
            from: figures.days.from(),
            to: figures.days.to(),
            active: figures.active.number(),
            new: figures.new,
            returning: figures.returning,
            estimated: matches!(figures.active, Distinct::About(_)),
        }
    }
}

impl From<&BuyerCohort> for BuyersCohort {
    fn from(cohort: &BuyerCohort) -> Self {
        let all = cohort.buyers.first().copied().unwrap_or_default();
        let of_all = |buyers: i64| i128::from(buyers) * 10_000 / i128::from(all.max(1));
        let months = cohort.buyers.iter().enumerate().map(|(after, buyers)| CohortMonth {
            after,
            buyers: *buyers,
            basis_points: i64::try_from(of_all(*buyers)).unwrap_or_default(),
        });
        let month = format!("{:04}-{:02}", cohort.month.year(), cohort.month.month());
        Self { month, buyers: all, months: months.collect() }
    }
}

fn table(report: &ShopUsersReport) -> Csv {
    let mut table = Csv::new(&["row", "from", "to", "month", "after", "active", "new", "returning", "estimated"]);
    let parts = report.parts.iter().map(|part| ("part", part)).chain([("total", &report.total)]);
    for (row, part) in parts {
        let days = [part.from, part.to].map(|day| Cell::text(day.to_string()));
        let numbers = [part.active, part.new, part.returning, i64::from(part.estimated)].map(Cell::Number);
        table.add([Cell::text(row)].into_iter().chain(days).chain([Cell::Empty, Cell::Empty]).chain(numbers));
    }
    for cohort in &report.cohorts {
        for month in &cohort.months {
            let after = i64::try_from(month.after).unwrap_or_default();
            let named = [Cell::text("cohort"), Cell::Empty, Cell::Empty, Cell::text(cohort.month.clone())];
            let numbers = [Cell::Number(after), Cell::Number(month.buyers)];
            table.add(named.into_iter().chain(numbers).chain([Cell::Empty, Cell::Empty, Cell::Empty]));
        }
    }
    table
}
