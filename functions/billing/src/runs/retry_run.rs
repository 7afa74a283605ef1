//! `POST /api/v1/billing/runs/{id}/retry`: bill once more what failed in a run.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one more rate-limit write,
//! one read, one message.

use axum::extract::State;
use billing::{BillingCycle, Runs};
use cloud::Queue;
use kernel::RunId;
use serde_json::json;
use web::{Api, Caller, Envelope, Id, Limit, Problem, Reply};

use crate::{BillingWrite, runs::run_view::RunView};

/// Retry a billing run
///
/// Sends the work of what failed in the run once more; nothing when nothing failed. What is billed meanwhile stays as it is.
/// What fails is tried again by the schedule too, whose success is in no run.
#[utoipa::path(
    post, path = "/api/v1/billing/runs/{id}/retry", responses((status = 202, body = Envelope<RunView>))
)]
pub async fn retry_run(
    State(api): State<Api>,
    caller: Caller<BillingWrite>,
    Id(id): Id<RunId>,
) -> Result<Reply, Problem> {
    caller.limit_tenant(&api, Limit::BILLING_RUNS).await?;
    let run = Runs::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    if run.failed > 0 {
        let retry = BillingCycle::Retry { retry_run_id: run.id, tenant_id: caller.tenant() };
        api.ports().queues.send(Queue::BillingCycles, &[json!(retry)]).await?;
    }
    Reply::accepted(&RunView::from(&run))
}
