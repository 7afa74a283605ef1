//! `GET /api/v1/ai/runs`: the runs of a tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use runs::AiRuns;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{AiRunsRead, runs::run_view::AiRunSummary};

/// List runs of models
///
/// Those of the last 90 days, the newest first. The list may lag by a moment.
#[utoipa::path(get, path = "/api/v1/ai/runs", responses((status = 200, body = PageOf<AiRunSummary>)))]
pub async fn list_ai_runs(State(api): State<Api>, caller: Caller<AiRunsRead>, pager: Pager) -> Result<Reply, Problem> {
    let page = AiRuns::new(api.table(), caller.scope).list(&pager.request()).await?;
    let rows = page.items.iter().map(AiRunSummary::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
