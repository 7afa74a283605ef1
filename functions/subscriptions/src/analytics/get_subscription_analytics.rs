//! `GET /api/v1/subscriptions/analytics`: subscriptions, monthly recurring revenue and usage by day, currency and plan.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), three queries side by side,
//! each again for every megabyte more: of the range's days, of the months before it, of what was used. A year with four plans
//! is some 1,500 rows, and one query each.

use axum::extract::State;
use billing::{AnalyticsReport, SubscriptionSums};
use kernel::{Date, Timestamp, Zone};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Csv, Day, Envelope, Problem, QueryString, Reply, ReportFormat};

use crate::{
    BillingRead,
    analytics::{analytics_csv::table, analytics_view::SubscriptionAnalytics},
};

/// The most days of one report.
const MAX_DAYS: i32 = 400;

/// Which days, and how they are written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyticsQuery {
    /// The first day, in the tenant's zone; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, at most 399 days after the first and not after today; today when left out.
    pub to: Option<Day>,
    /// `json` when left out.
    pub format: Option<ReportFormat>,
}

/// Get subscription analytics
///
/// How many subscriptions there are at the end of each day, what they bring in a month, what moved that, and what was used:
/// in total and by plan. A change is in the report within seconds. At most 400 days; a report that would have more than 7000
/// rows of days and plans, or 15000 of usage, is refused.
#[utoipa::path(
    get, path = "/api/v1/subscriptions/analytics",
    responses(
        (status = 200, content((Envelope<SubscriptionAnalytics> = "application/json"), (Csv = "text/csv"))),
        (status = 422, description = "VALIDATION_FAILED: no days, too many, or days to come")
    )
)]
pub async fn get_subscription_analytics(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    QueryString(query): QueryString<AnalyticsQuery>,
) -> Result<Reply, Problem> {
    let zone = &caller.tenant.timezone;
    let (from, to) = days(&query, zone, api.now())?;
    let rollups = SubscriptionSums::new(api.table(), caller.scope).read(from, to).await?;
    let report = AnalyticsReport::of(rollups, from, to)?.map_err(|error| invalid("from", &error.to_string()))?;
    match query.format {
        Some(ReportFormat::Csv) => Ok(Reply::csv(table(&report))),
        Some(ReportFormat::Json) | None => Reply::ok(&SubscriptionAnalytics::new(report, (from, to), zone)),
    }
}

fn days(query: &AnalyticsQuery, zone: &Zone, now: Timestamp) -> Result<(Date, Date), Problem> {
    let today = now.date_in(zone);
    let to = query.to.map_or(today, |Day(day)| day);
    let from = query.from.map_or_else(|| to.first_of_month(), |Day(day)| day);
    if to > today {
        return Err(invalid("to", "the last day must not be after today in the tenant's zone"));
    }
    if to < from {
        return Err(invalid("to", "the last day must not be before the first"));
    }
    if from.until(to).map_or(MAX_DAYS, |span| span.get_days()) >= MAX_DAYS {
        return Err(invalid(
            "from",
            "a report covers 400 days at most; ask for a later first day or an earlier last one",
        ));
    }
    Ok((from, to))
}

fn invalid(parameter: &str, detail: &str) -> Problem {
    Problem::invalid(parameter, "INVALID_VALUE", detail)
}

#[cfg(test)]
#[path = "get_subscription_analytics_tests.rs"]
mod tests;
