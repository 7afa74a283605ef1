//! `GET /api/v1/analytics/rebuild`: how the newest recount of the tenant's sales stands.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use analytics::SalesRollups;
use axum::extract::State;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{AnalyticsRead, recounts::recount_view::SalesRecountView};

/// Get the recount of sales
///
/// The newest one: how many orders it looked at, and how many it had to correct.
#[utoipa::path(
    get, path = "/api/v1/analytics/rebuild",
    responses(
        (status = 200, body = Envelope<SalesRecountView>),
        (status = 404, description = "NOT_FOUND: there was none yet")
    )
)]
pub async fn get_sales_recount(State(api): State<Api>, caller: Caller<AnalyticsRead>) -> Result<Reply, Problem> {
    let recount = SalesRollups::new(api.table(), caller.scope).recount().await?;
    let recount = recount.ok_or_else(Problem::not_found)?;
    Reply::ok(&SalesRecountView::from(&recount))
}
