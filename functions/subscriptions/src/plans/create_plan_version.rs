//! `POST /api/v1/plans/{key}/versions`: what new subscriptions to a plan get from now on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, three reads side by side, one transaction of version, audit entry and idempotency row; the reads and the
//! transaction again for every race that is lost.

use axum::extract::State;
use billing::{Meters, PlanKey, PlanState, Plans};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PlansWrite,
    plans::{plan_body::PlanBody, plan_view::PlanView},
};

/// Create a version of a plan
///
/// The whole of it: nothing is taken over from the version before. Subscriptions keep theirs until they are moved.
#[utoipa::path(
    post, path = "/api/v1/plans/{key}/versions",
    responses(
        (status = 201, body = Envelope<PlanView>),
        (status = 409, description = "PLAN_ARCHIVED"),
        (status = 422, description = "VALIDATION_FAILED: UNKNOWN_METER, INVALID_PLAN and others")
    )
)]
pub async fn create_plan_version(
    State(api): State<Api>,
    caller: Caller<PlansWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Id(plan): Id<PlanKey>,
    Json(body): Json<PlanBody>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let (plans, meters) = (Plans::new(api.table(), caller.scope), Meters::new(api.table(), caller.scope));
    until_settled(Problem::conflict, || async {
        let (newest, meters) = tokio::try_join!(plans.state(&plan, None), meters.aggregations())?;
        let newest = newest.ok_or_else(Problem::not_found)?.sold()?;
        let next = body.clone().version(plan.clone(), newest.version + 1, &meters)?;

        let mut transaction = Transaction::new();
        Plans::insert(&mut transaction, caller.scope, &next)?;
        Plans::check_sold(&mut transaction, caller.scope, &plan);
        let entry = caller.entry(&api, &info, crate::PLAN_CREATED).about(&plan);
        entry.with("version", next.version).insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&PlanView::from(PlanState { plan: next, archived_at: None }))?;
        // Another version came first, or the plan was archived.
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
