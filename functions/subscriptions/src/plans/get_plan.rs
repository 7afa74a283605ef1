//! `GET /api/v1/plans/{key}`: one version of a plan.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads side by side.

use axum::extract::State;
use billing::{PlanKey, Plans};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Problem, QueryString, Reply};

use crate::{PlansRead, plans::plan_view::PlanView};

/// Which version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanVersion {
    /// The version, from 1; the newest when left out.
    #[schema(minimum = 1)]
    pub version: Option<u32>,
}

/// Get a plan
///
/// A version stays readable for good, also when the plan is archived.
#[utoipa::path(get, path = "/api/v1/plans/{key}", responses((status = 200, body = Envelope<PlanView>)))]
pub async fn get_plan(
    State(api): State<Api>,
    caller: Caller<PlansRead>,
    Id(plan): Id<PlanKey>,
    QueryString(asked): QueryString<PlanVersion>,
) -> Result<Reply, Problem> {
    let state = Plans::new(api.table(), caller.scope).state(&plan, asked.version).await?;
    Reply::ok(&PlanView::from(state.ok_or_else(Problem::not_found)?))
}
