//! `POST /api/v1/subscriptions/{id}/pause`: a subscription stops until it is resumed.
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

/// Pause a subscription
///
/// It stops today, for as long as it takes; only an active one can be paused. What was used is invoiced, and the days after
/// today are given back: they pay what is still open of this subscription, and then the next invoices. `resume` begins a
/// whole period.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{id}/pause",
    responses(
        (status = 200, body = Envelope<SubscriptionView>),
        (status = 409, description = "SUBSCRIPTION_STATUS: it is not active")
    )
)]
pub async fn pause_subscription(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    edit: Edit,
    Id(id): Id<SubscriptionId>,
) -> Result<Reply, Problem> {
    let edit = SubscriptionEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::SUBSCRIPTION_PAUSED };
    let grace = BillingRules::read(api.table(), caller.scope).await?.settings.grace();
    let now = api.now();
    edit.make(None, |before| async move { Ok(Some(Edited::new(before.pause(now, grace)?, Told::Paused))) }).await
}
