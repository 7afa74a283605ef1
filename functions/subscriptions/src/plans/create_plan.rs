//! `POST /api/v1/plans`: something new to sell.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one query of the meters, one transaction of plan, audit entry and idempotency row.

use std::collections::BTreeMap;

use axum::extract::State;
use billing::{
    BaseTiming, Feature, Label, Meters, PlanAccess, PlanError, PlanKey, PlanState, Plans, Proration, Quota, RateLimits,
};
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PlansWrite,
    plans::{
        plan_body::{PlanBody, PriceBody, QuotaName},
        plan_view::PlanView,
    },
};

/// A new plan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreatePlan {
    /// The name in the API, for good.
    pub key: PlanKey,
    /// The name for people, and on invoices.
    pub name: Label,
    /// What it entitles to: names that your own service asks for.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["reports", "sso"]))]
    pub features: Vec<Feature>,
    /// What is counted against a subscription without being billed. What is priced is counted anyway.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["api_calls"]))]
    pub meters: Vec<Feature>,
    /// How much of what it allows, by names of your own: what is counted, then `PerDay`, `PerMonth` or nothing for a billing
    /// period. -1 is unlimited.
    #[serde(default)]
    #[schema(example = json!({"projects": 10}))]
    pub quotas: BTreeMap<QuotaName, Quota>,
    /// How many days are free before the first paid period.
    #[serde(default)]
    #[schema(maximum = 730, example = 14)]
    pub trial_days: u16,
    /// When the base fee of a period is billed; in advance when left out.
    #[serde(default)]
    pub base_timing: BaseTiming,
    /// What a part of a period is counted in when it is changed, left or paused: days when left out.
    #[serde(default)]
    pub proration: Proration,
    /// Whether a customer may hold it several times at once; once when left out.
    #[serde(default)]
    pub allows_multiple: bool,
    /// How many calls of the API each of its holders' users has: per minute, hour and day; the default when left out.
    #[serde(default)]
    pub rate_limits: RateLimits,
    /// How much of the API its holders reach: all that their roles allow when left out.
    #[serde(default)]
    pub access: PlanAccess,
    /// One for each currency and interval that it is sold in, 40 at most.
    #[schema(min_items = 1, max_items = 40)]
    pub prices: Vec<PriceBody>,
}

/// Create a plan
///
/// Its first version. A version never changes, so that what was sold stays known: another price is another version.
#[utoipa::path(
    post, path = "/api/v1/plans",
    responses(
        (status = 201, body = Envelope<PlanView>),
        (status = 409, description = "PLAN_EXISTS"),
        (status = 422, description = "VALIDATION_FAILED: UNKNOWN_METER, INVALID_PLAN and others")
    )
)]
pub async fn create_plan(
    State(api): State<Api>,
    caller: Caller<PlansWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreatePlan>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let meters = Meters::new(api.table(), caller.scope).aggregations().await?;
    let (name, first) = body.parts();
    let plan = first.version(name, 1, &meters)?;

    let mut transaction = Transaction::new();
    let taken = Plans::insert(&mut transaction, caller.scope, &plan)?;
    let entry = caller.entry(&api, &info, crate::PLAN_CREATED).about(&plan.key);
    entry.with("version", plan.version).insert(&mut transaction, caller.scope)?;
    let name = plan.key.clone();
    let reply = Reply::created(&PlanView::from(PlanState { plan, archived_at: None }))?;
    key.commit(&api, transaction, reply, |cancelled| {
        if cancelled.failed(taken).is_some() { PlanError::Exists(name).into() } else { Problem::conflict() }
    })
    .await
}

impl CreatePlan {
    fn parts(self) -> (PlanKey, PlanBody) {
        let Self { key, name, features, meters, quotas, trial_days, .. } = self;
        let Self { base_timing, proration, allows_multiple, rate_limits, access, prices, .. } = self;
        let body = PlanBody {
            name,
            features,
            meters,
            quotas,
            trial_days,
            base_timing,
            proration,
            allows_multiple,
            rate_limits,
            access,
            prices,
        };
        (key, body)
    }
}

#[cfg(test)]
#[path = "create_plan_tests.rs"]
mod tests;
