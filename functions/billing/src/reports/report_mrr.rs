//! `GET /api/v1/billing/reports/mrr`: monthly and annual recurring revenue, and what moved it, by month and currency.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write,
//! two queries side by side, each again for every megabyte more: of the range's days, and of the months before it.

use axum::extract::State;
use billing::{Figures, Level, RevenueMonth, SubscriptionSums};
use kernel::{Currency, Date, Money, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Cell, Csv, Day, Envelope, Limit, Problem, QueryString, Reply, ReportFormat};

use crate::{
    BillingRead,
    reports::days::{Days, invalid},
};

/// The most days of a report: any three years have no more.
const THREE_YEARS: i32 = 1_096;

/// Which days, and how they are written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MrrQuery {
    /// The first day, in the tenant's zone; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, at most 1095 days after the first and not after today; today when left out.
    pub to: Option<Day>,
    /// `json` when left out.
    pub format: Option<ReportFormat>,
}

/// Recurring revenue by month.
#[derive(Debug, Serialize, ToSchema)]
pub struct MrrReport {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// Each month of the range, of each currency in which there was a subscription by the last day.
    pub months: Vec<MrrMonth>,
}

/// A month of one currency; of the first and the last month what is in the range.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MrrMonth {
    /// Which month.
    #[schema(example = "2026-12")]
    pub month: String,
    /// The currency.
    pub currency: Currency,
    /// Monthly recurring revenue before it.
    pub opening_mrr: Money,
    /// Of subscriptions that pay for the first time.
    pub new: Money,
    /// More of those that paid before.
    pub expansion: Money,
    /// Less of those that go on paying; not above zero.
    pub contraction: Money,
    /// Of those that pay nothing any more; not above zero.
    pub churn: Money,
    /// Of those that had stopped paying.
    pub reactivation: Money,
    /// Monthly recurring revenue at its end: the opening and all of these.
    pub closing_mrr: Money,
    /// Twelve times that.
    pub arr: Money,
    /// How many subscriptions there are at its end.
    #[schema(example = 12)]
    pub subscriptions: i64,
    /// How many began.
    #[schema(example = 3)]
    pub begun: i64,
    /// How many ended.
    #[schema(example = 1)]
    pub ended: i64,
}

/// Get the recurring revenue report
///
/// Of the current month, or of the days given: 1096 at most, as long as any three years. Taxes, usage and one-off coupons are no
/// part of recurring revenue. A tenant has six reports a minute.
#[utoipa::path(
    get, path = "/api/v1/billing/reports/mrr",
    responses(
        (status = 200, content((Envelope<MrrReport> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, or days to come")
    )
)]
pub async fn report_mrr(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    QueryString(query): QueryString<MrrQuery>,
) -> Result<Reply, Problem> {
    let (zone, now) = (&caller.tenant.timezone, api.now());
    let days = Days::of((query.from, query.to), (zone, now), THREE_YEARS)?;
    if days.to > now.date_in(zone) {
        return Err(invalid("to", "the last day must not be after today in the tenant's zone"));
    }
    caller.limit_tenant(&api, Limit::REPORTS).await?;

    let months = SubscriptionSums::new(api.table(), caller.scope)
        .figures(days.from, days.to)
        .await?
        .months(days.from, days.to)?;
    let months = months.into_iter().map(MrrMonth::from).collect();
    let report = MrrReport { from: days.from, to: days.to, timezone: zone.clone(), months };
    Reply::report(query.format, &report, table)
}

impl From<RevenueMonth> for MrrMonth {
    fn from(RevenueMonth { month, currency, opening, closing, figures }: RevenueMonth) -> Self {
        let money = |minor| Money::new(minor, currency);
        let mrr = |level: Level| money(level.revenue);
        let Figures { new_revenue, expansion, contraction, churn, reactivation, begun, ended, .. } = figures;
        Self {
            month: format!("{:04}-{:02}", month.year(), month.month()),
            currency,
            opening_mrr: mrr(opening),
            new: money(new_revenue),
            expansion: money(expansion),
            contraction: money(contraction),
            churn: money(churn),
            reactivation: money(reactivation),
            closing_mrr: mrr(closing),
            arr: money(closing.annual()),
            subscriptions: closing.total(),
            begun,
            ended,
        }
    }
}

/// Amounts are in minor units of the row's currency.
const COLUMNS: [&str; 13] = [
    "month",
    "currency",
    "openingMrr",
    "new",
    "expansion",
    "contraction",
    "churn",
    "reactivation",
    "closingMrr",
    "arr",
    "subscriptions",
    "begun",
    "ended",
];

fn table(report: &MrrReport) -> Csv {
    let mut table = Csv::new(&COLUMNS);
    for month in &report.months {
        let MrrMonth { opening_mrr, new, expansion, contraction, churn, reactivation, closing_mrr, arr, .. } = month;
        let amounts = [opening_mrr, new, expansion, contraction, churn, reactivation, closing_mrr, arr];
        let amounts = amounts.map(|amount| Cell::Number(amount.minor()));
        let counts = [month.subscriptions, month.begun, month.ended].map(Cell::Number);
        let named = [Cell::text(month.month.as_str()), Cell::text(month.currency.to_string())];
        table.add(named.into_iter().chain(amounts).chain(counts));
    }
    table
}

#[cfg(test)]
#[path = "report_mrr_tests.rs"]
mod tests;
