//! `GET /api/v1/ai/usage`: what the use of models cost, by model, day or caller.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the settings (none where
//! they are known), one of the month's counter, one query for each day and each megabyte of requests.

use std::collections::BTreeMap;

use ai_budget::{AiRows, AiUsage, AiUsageSum, BudgetPlace, GroupBy, sums, usd};
use axum::extract::State;
use kernel::{Date, Zone};
use serde::{Deserialize, Serialize};
use table::pages;
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, Problem, QueryString, Reply};

use crate::{AiRead, settings::known};

/// The most days of one question: any three months have no more.
const MAX_DAYS: i32 = 92;
/// The most requests of one question.
const MAX_REQUESTS: usize = 200_000;
/// The most groups of one answer.
const MAX_ROWS: usize = 1_000;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AiUsageQuery {
    /// By model when left out.
    pub group_by: Option<GroupBy>,
    /// The first day, in UTC; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, in UTC, at most 91 days after the first; today when left out.
    pub to: Option<Day>,
}

/// What the use of models cost.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiUsageView {
    /// The first day that is counted.
    pub from: Date,
    /// The last day that is counted.
    pub to: Date,
    /// All of it.
    pub total: AiUsageSum,
    /// Days in order; models and callers with the highest cost first, at most 1000.
    pub rows: Vec<AiUsageRow>,
    /// The present month against its budget; null without one.
    pub budget: Option<AiBudgetView>,
}

/// What a model, a day or a caller cost.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiUsageRow {
    /// The model as callers name it, the day, or the id of the user or API key.
    #[schema(example = "gpt-4o-mini")]
    pub key: String,
    /// The sums.
    #[serde(flatten)]
    pub sum: AiUsageSum,
    /// The cost in US dollars.
    #[schema(example = "0.0058125")]
    pub cost_usd: String,
}

/// A month against its budget.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiBudgetView {
    /// The month, in UTC.
    #[schema(example = "2026-12")]
    pub month: String,
    /// What it may cost, in nano-dollars.
    pub limit_nano_usd: i64,
    /// What it cost so far.
    pub spent_nano_usd: i64,
    /// What calls under way hold.
    pub held_nano_usd: i64,
}

/// Get AI usage
///
/// Requests, tokens in four classes that do not overlap, and costs, from the rows of the requests themselves. A request is
/// there as soon as it is answered; one that nobody answered costs nothing and is counted as failed.
#[utoipa::path(get, path = "/api/v1/ai/usage", responses((status = 200, body = Envelope<AiUsageView>)))]
pub async fn get_ai_usage(
    State(api): State<Api>,
    caller: Caller<AiRead>,
    QueryString(query): QueryString<AiUsageQuery>,
) -> Result<Reply, Problem> {
    let by = query.group_by.unwrap_or_default();
    let (from, to) = days(&query, api.now().date_in(&Zone::utc()))?;
    let rows = AiRows::new(api.table(), caller.scope);
    let settings = known::settings_of(&api, caller.scope).await?;
    let budget = match settings.month_nano_usd {
        None => None,
        Some(limit) => {
            let spend = rows.spend(&BudgetPlace::Tenant, api.now()).await?;
            Some(AiBudgetView {
                month: api.now().date_in(&Zone::utc()).strftime("%Y-%m").to_string(),
                limit_nano_usd: limit.get(),
                spent_nano_usd: spend.spent,
                held_nano_usd: spend.committed.saturating_sub(spend.spent).max(0),
            })
        }
    };
    let (total, groups) = read(rows, by, (from, to)).await?;
    Reply::ok(&AiUsageView { from, to, total, rows: shown(groups, by), budget })
}

async fn read(
    rows: AiRows<'_>,
    by: GroupBy,
    (from, to): (Date, Date),
) -> Result<(AiUsageSum, BTreeMap<String, AiUsageSum>), Problem> {
    let (mut total, mut groups, mut read) = (AiUsageSum::default(), BTreeMap::new(), 0_usize);
    let mut day = from;
    loop {
        let mut walk = rows.usage_of_day(day);
        while let Some(page) = walk.next().await? {
            let page: Vec<AiUsage> = page.into_iter().filter_map(pages::read).collect();
            read = read.saturating_add(page.len());
            if read > MAX_REQUESTS {
                return Err(invalid("from", "these days have more than 200,000 requests: ask for fewer"));
            }
            for one in &page {
                total.add(one);
            }
            sums(&mut groups, by, day, &page);
        }
        match day.tomorrow() {
            Ok(next) if next <= to => day = next,
            Ok(_) | Err(_) => return Ok((total, groups)),
        }
    }
}

fn shown(groups: BTreeMap<String, AiUsageSum>, by: GroupBy) -> Vec<AiUsageRow> {
    let row = |(key, sum): (String, AiUsageSum)| AiUsageRow { key, cost_usd: usd(sum.cost_nano_usd), sum };
    let mut rows: Vec<_> = groups.into_iter().map(row).collect();
    match by {
        GroupBy::Day => {}
        // Equal costs stay in the order of their names.
        GroupBy::Model | GroupBy::Key => rows.sort_by_key(|row| std::cmp::Reverse(row.sum.cost_nano_usd)),
    }
    rows.truncate(MAX_ROWS);
    rows
}

fn days(query: &AiUsageQuery, today: Date) -> Result<(Date, Date), Problem> {
    let to = query.to.map_or(today, |Day(day)| day);
    let from = query.from.map_or_else(|| to.first_of_month(), |Day(day)| day);
    if to < from {
        return Err(invalid("to", "the last day must not be before the first"));
    }
    if from.until(to).map_or(MAX_DAYS, |span| span.get_days()) >= MAX_DAYS {
        return Err(invalid("from", "ask for at most 92 days"));
    }
    Ok((from, to))
}

fn invalid(parameter: &str, detail: &str) -> Problem {
    Problem::invalid(parameter, "INVALID_VALUE", detail)
}
