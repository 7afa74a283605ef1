//! `GET /api/v1/billing/runs/{id}`: how far a billing run is.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read beside one query
//! for each megabyte of the run, which are some 5,000 subscriptions.

use axum::extract::State;
use billing::{InvoiceError, Runs};
use kernel::RunId;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{BillingRead, runs::run_view::RunView};

/// Get a billing run
///
/// How far it is, what it issued by currency, and why what failed did. Of a dry run, what it would issue.
#[utoipa::path(get, path = "/api/v1/billing/runs/{id}", responses((status = 200, body = Envelope<RunView>)))]
pub async fn get_run(State(api): State<Api>, caller: Caller<BillingRead>, Id(id): Id<RunId>) -> Result<Reply, Problem> {
    let runs = Runs::new(api.table(), caller.scope);
    let (run, subscriptions) = tokio::try_join!(runs.get(id), runs.all_subscriptions(id))?;
    let run = run.ok_or_else(Problem::not_found)?;
    Reply::ok(&RunView::from(&run).with(subscriptions).map_err(InvoiceError::from)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn a_run_is_seen_by_members_of_its_tenant_only() {
        let world = World::open().await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let run = world.client.post("/api/v1/billing/runs", json!({})).bearer(&world.owner.token).send().await;
        let path = format!("/api/v1/billing/runs/{}", run.text("/data/id"));
        let status = async |token: &str, path: &str| world.client.get(path).bearer(token).send().await.status.as_u16();
        assert_eq!(status(&world.owner.token, &path).await, 200);
        assert_eq!(status(&world.customer.token, &path).await, 403);
        assert_eq!(status(&stranger.token, &path).await, 404);
        assert_eq!(status(&world.owner.token, "/api/v1/billing/runs/x").await, 404);
        assert_eq!(world.client.get(path).send().await.text("/code"), "UNAUTHENTICATED");
    }
}
