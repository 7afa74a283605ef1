//! `POST /api/v1/subscriptions/{id}/change`: another plan, interval or quantity from the next period on.
//!
//! Round trips: as [`crate::subscriptions::cancel_subscription`], and before the transaction two reads of the plan side by
//! side and, for another plan that can be held once, one of who holds it (two when somebody did).

use std::num::NonZeroU32;

use axum::extract::State;
use billing::{AskedPlan, Interval, Plan, PlanChange, Plans, Subscription};
use kernel::SubscriptionId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    subscriptions::{
        boundary_edit::BoundaryEdit, create_subscription::newest_sold, plan_hold::PlanHold,
        subscription_view::SubscriptionView,
    },
};

/// What changes; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangeSubscription {
    /// Another plan, or the newest version of the same.
    pub plan_key: Option<AskedPlan>,
    /// How often it is billed.
    pub interval: Option<Interval>,
    /// How many of the plan, such as seats.
    #[schema(value_type = Option<u32>, minimum = 1, example = 5)]
    pub quantity: Option<NonZeroU32>,
}

/// Change a subscription
///
/// From the end of the present period on, or of the trial: the period that is paid for goes on as it is. A change that waits
/// already gives way, and `reactivate` takes this one back.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{id}/change",
    responses(
        (status = 200, body = Envelope<SubscriptionView>),
        (
            status = 409,
            description = "ALREADY_SUBSCRIBED, PLAN_ARCHIVED; SUBSCRIPTION_STATUS: it is paused, suspended or over"
        ),
        (status = 422, description = "NOTHING_TO_CHANGE, PLAN_NOT_OFFERED, QUANTITY_NOT_OFFERED")
    )
)]
pub async fn change_subscription(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    edit: Edit,
    Id(id): Id<SubscriptionId>,
    Json(body): Json<ChangeSubscription>,
) -> Result<Reply, Problem> {
    let edit = BoundaryEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::SUBSCRIPTION_CHANGED };
    let (api, caller, body) = (&api, &caller, &body);
    edit.make(None, |before: Subscription| async move {
        let plan = wanted(api, caller, body, &before).await?;
        let wanted = PlanChange {
            plan: &plan,
            interval: body.interval.unwrap_or(before.segment.interval),
            quantity: body.quantity.map_or(before.segment.quantity, |quantity| NonZeroU32::get(quantity).into()),
        };
        let holds_it = before.plan().key == plan.key;
        let after = before.change_at_boundary(wanted)?;
        let hold = if holds_it { None } else { PlanHold::of(api, caller.scope, after.party, &plan, after.id).await? };
        Ok((Some(after), hold))
    })
    .await
}

/// The plan that is asked for, or the version that the subscription has.
async fn wanted(
    api: &Api,
    caller: &Caller<SubscriptionsWrite>,
    body: &ChangeSubscription,
    before: &Subscription,
) -> Result<Plan, Problem> {
    if let Some(asked) = &body.plan_key {
        return newest_sold(api, caller, asked).await;
    }
    let own = Plans::new(api.table(), caller.scope).get(before.plan()).await?;
    own.ok_or_else(|| billing::PlanError::NotFound(before.plan().key.clone()).into())
}
