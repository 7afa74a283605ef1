//! `GET /api/v1/billing/reports/usage`: what was used, by day, plan and feature.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write,
//! one query per megabyte of the sums that the analytics worker keeps (some 5,000 rows).

use std::collections::BTreeMap;

use axum::extract::State;
use billing::{Feature, PlanKey, ReportedUsage, SubscriptionSums};
use kernel::{Date, Zone};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Cell, Csv, Envelope, Limit, Problem, QueryString, Reply};

use crate::{
    BillingRead,
    reports::days::{Days, ReportQuery, THREE_MONTHS, invalid},
};

/// What was used.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageReport {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// All days, by plan and feature.
    pub totals: Vec<UsedInAll>,
    /// Each day on which something was used, by plan and feature.
    pub days: Vec<UsedOnDay>,
}

/// What was used of a feature under a plan on all days.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsedInAll {
    /// The plan that counted it.
    pub plan_key: PlanKey,
    /// What.
    pub feature: Feature,
    /// How much.
    pub used: UsedAmount,
}

/// What was used of a feature under a plan on a day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsedOnDay {
    /// The day.
    pub date: Date,
    /// The plan that counted it.
    pub plan_key: PlanKey,
    /// What.
    pub feature: Feature,
    /// How much.
    pub used: UsedAmount,
}

/// How much was used.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct UsedAmount {
    /// How many units; null for a meter whose quantities do not add up (`max`, `latest`, `unique`).
    #[schema(example = 42)]
    pub units: Option<i64>,
    /// How many usage events, less those that were taken back.
    #[schema(example = 7)]
    pub events: i64,
}

/// Get the usage report
///
/// Of the current month, or of the days given: 92 at most. Usage is in the report within seconds, on the day on which it happened.
/// A report of more than 15000 rows is refused. A tenant has six reports a minute.
#[utoipa::path(
    get, path = "/api/v1/billing/reports/usage",
    responses(
        (status = 200, content((Envelope<UsageReport> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, or too many rows")
    )
)]
pub async fn report_usage(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    QueryString(query): QueryString<ReportQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let days = Days::of((query.from, query.to), (zone, api.now()), THREE_MONTHS)?;
    caller.limit_tenant(&api, Limit::REPORTS).await?;

    let used = SubscriptionSums::new(api.table(), caller.scope).usage(days.from, days.to).await?;
    let used =
        used.map_err(|_| invalid("from", "these days have more than 15000 rows of usage; ask for fewer days"))?;
    let report = UsageReport {
        from: days.from,
        to: days.to,
        timezone: zone.clone(),
        totals: totals(&used),
        days: used.into_iter().map(UsedOnDay::from).collect(),
    };
    Reply::report(query.format, &report, table)
}

/// What is used on one day has 10⁹ units an event, so that sums of some thousand days are 64-bit integers.
fn totals(used: &[ReportedUsage]) -> Vec<UsedInAll> {
    let mut sums: BTreeMap<(&PlanKey, &Feature), UsedAmount> = BTreeMap::new();
    for row in used {
        let sum = sums.entry((&row.plan, &row.feature)).or_default();
        sum.events = sum.events.saturating_add(row.events);
        if let Some(units) = row.units {
            sum.units = Some(sum.units.unwrap_or(0).saturating_add(units));
        }
    }
    let total = |((plan, feature), used): ((&PlanKey, &Feature), UsedAmount)| UsedInAll {
        plan_key: plan.clone(),
        feature: feature.clone(),
        used,
    };
    sums.into_iter().map(total).collect()
}

impl From<ReportedUsage> for UsedOnDay {
    fn from(ReportedUsage { day, plan, feature, events, units }: ReportedUsage) -> Self {
        Self { date: day, plan_key: plan, feature, used: UsedAmount { units, events } }
    }
}

fn table(report: &UsageReport) -> Csv {
    let mut table = Csv::new(&["row", "date", "planKey", "feature", "units", "events"]);
    let cells =
        |UsedAmount { units, events }: UsedAmount| [units.map_or(Cell::Empty, Cell::Number), Cell::Number(events)];
    for UsedOnDay { date, plan_key, feature, used } in &report.days {
        let (day, plan) = (Cell::text(date.to_string()), Cell::text(plan_key.to_string()));
        let named = [Cell::text("day"), day, plan, Cell::text(feature.to_string())];
        table.add(named.into_iter().chain(cells(*used)));
    }
    for UsedInAll { plan_key, feature, used } in &report.totals {
        let named =
            [Cell::text("total"), Cell::Empty, Cell::text(plan_key.to_string()), Cell::text(feature.to_string())];
        table.add(named.into_iter().chain(cells(*used)));
    }
    table
}

#[cfg(test)]
#[path = "report_usage_tests.rs"]
mod tests;
