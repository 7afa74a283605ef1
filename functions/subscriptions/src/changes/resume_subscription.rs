//! `POST /api/v1/subscriptions/{id}/resume`: a paused subscription goes on.
//!
//! Round trips: as [`crate::changes::cancel_subscription`], and one read of how the tenant bills.

use axum::extract::State;
use billing::BillingRules;
use kernel::SubscriptionId;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    changes::subscription_edit::{Edited, SubscriptionEdit, Told},
    subscriptions::subscription_view::SubscriptionView,
};

/// Resume a subscription
///
/// It goes on after a pause, with a whole period from today on: its day of the month is that of its boundaries from now on.
/// On the day on which it was paused it goes on with the next day.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{id}/resume",
    responses(
        (status = 200, body = Envelope<SubscriptionView>),
        (status = 409, description = "SUBSCRIPTION_STATUS: it is not paused")
    )
)]
pub async fn resume_subscription(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    edit: Edit,
    Id(id): Id<SubscriptionId>,
) -> Result<Reply, Problem> {
    let edit = SubscriptionEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::SUBSCRIPTION_RESUMED };
    let grace = BillingRules::read(api.table(), caller.scope).await?.settings.grace();
    let now = api.now();
    edit.make(None, |before| async move { Ok(Some(Edited::new(before.resume(now, grace)?, Told::Resumed))) }).await
}
