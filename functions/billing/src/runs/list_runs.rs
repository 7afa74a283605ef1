//! `GET /api/v1/billing/runs`: the runs that were asked for, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use billing::Runs;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{BillingRead, runs::run_view::RunView};

/// List billing runs
///
/// Those that were asked for by hand, newest first. What the schedule bills each hour is in no run.
#[utoipa::path(get, path = "/api/v1/billing/runs", responses((status = 200, body = PageOf<RunView>)))]
pub async fn list_runs(State(api): State<Api>, caller: Caller<BillingRead>, pager: Pager) -> Result<Reply, Problem> {
    let page = Runs::new(api.table(), caller.scope).list(&pager.request()).await?;
    Reply::page(page.items.iter().map(RunView::from).collect(), pager.info(&api, page.last)?)
}
