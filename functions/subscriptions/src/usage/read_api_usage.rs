//! `GET /api/v1/usage/api`: how the tenant's API was called, by day, route or caller, and how much of its plan that is.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known); then at once one query per
//! megabyte of rows, one query of the month's days, and for the plan one query, one read and one more when the plan is not
//! known.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Extension, extract::State};
use billing::PlanCache;
use kernel::{Date, Zone};
use metering::{FairUse, Grouping, Tally, TenantCalls, UsageError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, Problem, QueryString, Reply};

use crate::{ApiUsageRead, usage::allowance};

/// The most days of one question: any three months have no more.
const MAX_DAYS: i32 = 92;

/// The most rows of one answer; what has fewer calls than they is summed up in one row more.
const MAX_ROWS: usize = 1_000;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ApiUsageQuery {
    /// By day when left out.
    pub group_by: Option<Grouping>,
    /// The first day, in UTC; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, in UTC, at most 91 days after the first; today when left out.
    pub to: Option<Day>,
}

/// How the API was called.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiUsage {
    /// The first day that is counted.
    pub from: Date,
    /// The last day that is counted.
    pub to: Date,
    /// Days in order; routes and callers with the most calls first, at most 1000 of them, and then `others`.
    pub rows: Vec<ApiUsageRow>,
    /// The present month's calls against what the plan includes, whatever days are asked for.
    pub fair_use: FairUseView,
}

/// The calls of a day, a route or a caller.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiUsageRow {
    /// The day; the method and the path's template, or `unmatched` for paths that are not there; or the id of the user or
    /// API key, or `anonymous`.
    #[schema(example = "GET /api/v1/invoices/{id}")]
    pub key: String,
    /// How many calls.
    #[schema(example = 120)]
    pub calls: u64,
    /// How many of them are free, which count towards no month and no bill: of somebody who did not prove who they are, or
    /// answered with 429.
    #[schema(example = 20)]
    pub free: u64,
    /// How many of them were answered with 400 or more.
    pub errors: u64,
    /// How long an answer took on average.
    pub average_millis: u64,
    /// How many bytes the answers had together.
    pub bytes: u64,
}

/// A month's calls against what the plan includes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FairUseView {
    /// The month, in UTC.
    #[schema(example = "2026-11")]
    pub month: String,
    /// How many calls that are not free.
    pub calls: u64,
    /// How many the plan includes; null when as many as wanted, or without a plan.
    #[schema(example = 10_000)]
    pub included: Option<u64>,
    /// Which part of those, in whole percent.
    pub share_percent: Option<u64>,
}

/// Days from the first to the last, both included.
struct Days {
    from: Date,
    to: Date,
}

/// Get API usage
///
/// Every call is counted, also one that was refused, as soon as it is known whose it is; within about a minute. Calls of
/// callers who did not prove who they are, and calls answered with 429, are free: they count towards no month's limit and no
/// bill. Days and months are those of UTC. Days and routes are kept for 400 days, callers for 100.
#[utoipa::path(get, path = "/api/v1/usage/api", responses((status = 200, body = Envelope<ApiUsage>)))]
pub async fn read_api_usage(
    State(api): State<Api>,
    Extension(plans): Extension<Arc<PlanCache>>,
    caller: Caller<ApiUsageRead>,
    QueryString(query): QueryString<ApiUsageQuery>,
) -> Result<Reply, Problem> {
    let grouping = query.group_by.unwrap_or(Grouping::Day);
    let today = api.now().date_in(&Zone::utc());
    let days = days(&query, today)?;

    let calls = TenantCalls::new(api.table(), caller.scope);
    let (sums, of_month, included) = tokio::join!(
        calls.by(grouping, days.from, days.to),
        calls.of_month(today),
        allowance::included(api.table(), &plans, caller.tenant())
    );
    let fair_use = FairUse::of_month(today, of_month.map_err(problem)?, included?);
    let rows = rows(sums.map_err(problem)?, grouping);
    Reply::ok(&ApiUsage { from: days.from, to: days.to, rows, fair_use: fair_use.into() })
}

fn days(query: &ApiUsageQuery, today: Date) -> Result<Days, Problem> {
    let to = query.to.map_or(today, |Day(day)| day);
    let from = query.from.map_or_else(|| to.first_of_month(), |Day(day)| day);
    if to < from {
        return Err(invalid("to", "the last day must not be before the first"));
    }
    if from.until(to).map_or(MAX_DAYS, |span| span.get_days()) >= MAX_DAYS {
        return Err(invalid("from", "ask for at most 92 days"));
    }
    Ok(Days { from, to })
}

fn invalid(parameter: &str, detail: &str) -> Problem {
    Problem::invalid(parameter, "INVALID_VALUE", detail)
}

fn problem(error: UsageError) -> Problem {
    match error {
        UsageError::TooMuch => invalid("from", &error.to_string()),
        UsageError::Table(error) => error.into(),
    }
}

/// The rows as they are shown: none are left out, but those behind the first thousand are one.
fn rows(sums: BTreeMap<String, Tally>, grouping: Grouping) -> Vec<ApiUsageRow> {
    let mut sums: Vec<(String, Tally)> = sums.into_iter().collect();
    if grouping != Grouping::Day {
        // Stable: what has as many calls stays in the order of its names.
        sums.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.calls));
    }
    let rest = sums.split_off(sums.len().min(MAX_ROWS));
    if !rest.is_empty() {
        let mut others = Tally::default();
        for (_, tally) in rest {
            others.add(tally);
        }
        sums.push(("others".to_owned(), others));
    }
    sums.into_iter().map(ApiUsageRow::from).collect()
}

impl From<(String, Tally)> for ApiUsageRow {
    fn from((key, tally): (String, Tally)) -> Self {
        let average_millis = tally.average_millis();
        Self { key, calls: tally.calls, free: tally.free, errors: tally.errors, average_millis, bytes: tally.bytes }
    }
}

impl From<FairUse> for FairUseView {
    fn from(FairUse { month, calls, included, share_percent }: FairUse) -> Self {
        Self { month, calls, included, share_percent }
    }
}

#[cfg(test)]
#[path = "read_api_usage_tests.rs"]
mod tests;
