//! `POST /api/v1/subscriptions/{id}/reactivate`: what was to change at the boundary is taken back.
//!
//! Round trips: as [`crate::changes::cancel_subscription`].

use axum::extract::State;
use kernel::SubscriptionId;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    changes::subscription_edit::{Edited, SubscriptionEdit, Told},
    subscriptions::subscription_view::SubscriptionView,
};

/// Reactivate a subscription
///
/// Takes back a cancellation or a change that waits for the end of the period: the subscription goes on as it is. Where
/// nothing waits, nothing changes. One that has ended cannot be taken up again; subscribe anew.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{id}/reactivate",
    responses(
        (status = 200, body = Envelope<SubscriptionView>),
        (status = 409, description = "SUBSCRIPTION_STATUS: it is paused, suspended or over")
    )
)]
pub async fn reactivate_subscription(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    edit: Edit,
    Id(id): Id<SubscriptionId>,
) -> Result<Reply, Problem> {
    let edit =
        SubscriptionEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::SUBSCRIPTION_REACTIVATED };
    let kept = |kept| Edited::new(kept, Told::Change);
    edit.make(None, |before| async { Ok(before.keep_as_it_is()?.map(kept)) }).await
}
