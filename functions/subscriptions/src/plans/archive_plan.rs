//! `POST /api/v1/plans/{key}/archive`: a plan is sold no more.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, two reads side by side, one transaction of mark, audit entry and idempotency row.

use axum::extract::State;
use billing::{PlanKey, PlanState, Plans};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, IdempotencyKey, Problem, Reply, RequestInfo};

use crate::{PlansWrite, plans::plan_view::PlanView};

/// Archive a plan
///
/// For good. Nobody subscribes to it any more, and the list of plans leaves it out; subscriptions to it go on. Archiving it
/// again changes nothing.
#[utoipa::path(post, path = "/api/v1/plans/{key}/archive", responses((status = 200, body = Envelope<PlanView>)))]
pub async fn archive_plan(
    State(api): State<Api>,
    caller: Caller<PlansWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Id(plan): Id<PlanKey>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let plans = Plans::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let state = plans.state(&plan, None).await?.ok_or_else(Problem::not_found)?;
        let mut transaction = Transaction::new();
        let archived_at = if let Some(before) = state.archived_at {
            before
        } else {
            let now = api.now();
            Plans::archive(&mut transaction, caller.scope, &plan, now)?;
            let entry = caller.entry(&api, &info, crate::PLAN_ARCHIVED).about(&plan);
            entry.insert(&mut transaction, caller.scope)?;
            now
        };
        let reply = Reply::ok(&PlanView::from(PlanState { archived_at: Some(archived_at), ..state }))?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
