//! `GET /api/v1/billing/runs/{id}/subscriptions`: what became of each subscription of a run.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the run, one
//! query (with a filter up to ten).

use axum::extract::State;
use billing::{RunOutcome, Runs};
use kernel::RunId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Id, PageOf, Pager, Problem, QueryString, Reply};

use crate::{BillingRead, runs::run_view::RunSubscriptionView};

/// Which of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RunSubscriptionFilter {
    /// Only those of which this became.
    pub outcome: Option<RunOutcome>,
}

/// List the subscriptions of a billing run
///
/// By their ids: what each of them got, or would get by a dry run. A filtered page can be short and still have a next one.
#[utoipa::path(
    get, path = "/api/v1/billing/runs/{id}/subscriptions",
    responses((status = 200, body = PageOf<RunSubscriptionView>))
)]
pub async fn list_run_subscriptions(
    State(api): State<Api>,
    caller: Caller<BillingRead>,
    Id(id): Id<RunId>,
    pager: Pager,
    QueryString(filter): QueryString<RunSubscriptionFilter>,
) -> Result<Reply, Problem> {
    let runs = Runs::new(api.table(), caller.scope);
    runs.get(id).await?.ok_or_else(Problem::not_found)?;
    let page = runs.subscriptions(id, filter.outcome, &pager.request()).await?;
    let rows = page.items.into_iter().filter_map(RunSubscriptionView::of).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
