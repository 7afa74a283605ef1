//! `POST /api/v1/billing/runs`: bill what is due in the tenant now, without waiting for the hour.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key if there is one, one more rate-limit write, one read of the newest run's name and one of the run, one
//! transaction, one message. A start that is lost between the two is made up for by
//! a later cycle: the run is due work itself until its subscriptions are found.

use axum::extract::State;
use billing::{BillingCycle, Run, Runs};
use cloud::Queue;
use http::StatusCode;
use kernel::{RunId, Timestamp};
use serde::Deserialize;
use serde_json::json;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Limit, Optional, Problem, Reply};

use crate::{BillingWrite, runs::run_view::RunView};

/// A run that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateRun {
    /// What is due by this instant is billed; the present when left out. Not ahead of it.
    pub as_of: Option<Timestamp>,
    /// Bill nothing, and note in the run what would be billed.
    #[serde(default)]
    pub dry_run: bool,
}

/// Start a billing run
///
/// Periods that are invoiced already stay as they are: running again changes nothing. With `dryRun` nothing is billed, and
/// the run says what would be, to the unit. A tenant has one run at a time, and
/// six a minute; one that is not done within an hour gives way to the next.
#[utoipa::path(
    post, path = "/api/v1/billing/runs",
    responses(
        (status = 202, body = Envelope<RunView>),
        (status = 409, description = "BILLING_RUN_OPEN: the run that is named is not done yet")
    )
)]
pub async fn create_run(
    State(api): State<Api>,
    caller: Caller<BillingWrite>,
    key: Optional,
    Json(body): Json<CreateRun>,
) -> Result<Reply, Problem> {
    let now = api.now();
    let as_of = body.as_of.unwrap_or(now);
    if as_of > now {
        return Err(Problem::invalid("/asOf", "IN_FUTURE", "nothing can be billed before it is due"));
    }
    caller.limit_tenant(&api, Limit::BILLING_RUNS).await?;
    let newest = Runs::new(api.table(), caller.scope).newest().await?;
    if let Some(open) = newest.open(now) {
        let detail = format!("the billing run {} is not done yet: wait for it", open.id);
        return Err(Problem::new(StatusCode::CONFLICT, "BILLING_RUN_OPEN", detail).for_good());
    }
    let run = Run::new(RunId::new(api.new_ulid()), as_of, now);
    let run = if body.dry_run { run.dry() } else { run };

    let mut transaction = Transaction::new();
    Runs::insert(&mut transaction, caller.scope, &run, &newest)?;
    let reply = Reply::accepted(&RunView::from(&run))?;
    let reply = key.commit(&api, transaction, reply, |_| Problem::conflict()).await?;

    if reply.is_replay() {
        // Another request with this key was faster, and has sent its own start.
        return Ok(reply);
    }
    let start = BillingCycle::Run { run_id: run.id, tenant_id: caller.tenant(), as_of };
    if let Err(error) = api.ports().queues.send(Queue::BillingCycles, &[json!(start)]).await {
        tracing::warn!(%error, run.id = %run.id, "the start of a run was not sent; the next cycle makes up for it");
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::world::World;

    #[tokio::test]
    async fn a_run_is_noted_and_started() {
        let world = World::open().await;
        let ask = |body: Value| {
            world.client.post("/api/v1/billing/runs", body).bearer(&world.owner.token).idempotency_key("k1").send()
        };
        let answer = ask(json!({})).await;
        insta::assert_snapshot!(answer.snapshot(), @r#"
        202 Accepted
        {
          "data": {
            "asOf": "2026-11-21T01:00:00.000Z",
            "createdAt": "2026-11-21T01:00:00.000Z",
            "dryRun": false,
            "due": 0,
            "failed": 0,
            "failures": null,
            "id": "run_01M7XSW1M0000000000000000E",
            "invoiced": 0,
            "skipped": 0,
            "status": "running",
            "totals": null
          },
          "success": true
        }
        "#);
        let sent = world.stack.work.to(Queue::BillingCycles);
        assert_eq!(
            sent,
            [json!({
                "runId": answer.at("/data/id"), "tenantId": world.owner.scope.tenant(), "asOf": "2026-11-21T01:00:00.000Z"
            })]
        );
        let again = ask(json!({})).await;
        assert_eq!((&again.body, again.header("idempotent-replayed")), (&answer.body, "true"));
        assert_eq!(world.stack.work.to(Queue::BillingCycles).len(), 1);
        let path = format!("/api/v1/billing/runs/{}", answer.text("/data/id"));
        let read = world.client.get(path).bearer(&world.owner.token).send().await;
        assert_eq!(read.at("/data/id"), answer.at("/data/id"));
        assert_eq!((read.at("/data/totals"), read.at("/data/failures")), (json!([]), json!([])));
        let list = world.client.get("/api/v1/billing/runs").bearer(&world.owner.token).send().await;
        assert_eq!(list.at("/data/0"), answer.at("/data"));
    }

    #[tokio::test]
    async fn a_tenant_has_one_run_at_a_time_and_one_that_died_gives_way_after_an_hour() {
        let world = World::open().await;
        let ask = async || {
            let token = world.fresh(&world.owner).await;
            world.client.post("/api/v1/billing/runs", json!({})).bearer(&token).send().await
        };
        let first = ask().await.text("/data/id");
        let refused = ask().await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "BILLING_RUN_OPEN"));
        assert!(refused.text("/detail").contains(&first), "{}", refused.snapshot());
        world.stack.set_clock("2026-11-21T01:59:59.999Z");
        assert_eq!(ask().await.status, 409);
        world.stack.set_clock("2026-11-21T02:00:00Z");
        let second = ask().await;
        assert_eq!(second.status, 202);
        // One that is done is in nobody's way.
        let runs = Runs::new(world.stack.ctx().table(), world.owner.scope);
        runs.found_all(second.text("/data/id").parse().unwrap(), world.stack.ctx().now()).await.unwrap();
        assert_eq!(ask().await.status, 202);
    }

    #[tokio::test]
    async fn runs_that_are_asked_for_at_once_are_one() {
        let world = World::open().await;
        let call = || world.client.post("/api/v1/billing/runs", json!({})).bearer(&world.owner.token).send();
        let answers = futures::future::join_all((0..6).map(|_| call())).await;
        let begun = answers.iter().filter(|answer| answer.status == 202).count();
        assert_eq!((begun, world.stack.work.to(Queue::BillingCycles).len()), (1, 1));
    }

    #[tokio::test]
    async fn a_customer_starts_no_run_and_nobody_runs_ahead_of_time() {
        let world = World::open().await;
        let ask = async |token: &str, body: Value| {
            let answer = world.client.post("/api/v1/billing/runs", body).bearer(token).send().await;
            (answer.status.as_u16(), answer.text("/code"))
        };
        assert_eq!(ask(&world.customer.token, json!({})).await, (403, "FORBIDDEN".to_owned()));
        let ahead = json!({ "asOf": "2026-11-21T01:00:00.001Z" });
        assert_eq!(ask(&world.owner.token, ahead).await, (422, "VALIDATION_FAILED".to_owned()));
        assert_eq!(ask(&world.owner.token, json!({ "force": true })).await, (400, "UNKNOWN_FIELD".to_owned()));
        let nobody = world.client.post("/api/v1/billing/runs", json!({})).send().await;
        assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
        assert!(world.stack.work.to(Queue::BillingCycles).is_empty());
    }
}
