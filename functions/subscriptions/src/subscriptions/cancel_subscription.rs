//! `POST /api/v1/subscriptions/{id}/cancel`: a subscription ends with its present period.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one read, one transaction of subscription, agenda, audit entry, event and idempotency row; the last two again
//! for every race that is lost.

use axum::extract::State;
use kernel::SubscriptionId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    subscriptions::{boundary_edit::BoundaryEdit, subscription_view::SubscriptionView},
};

/// Why, and when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CancelSubscription {
    /// When it ends.
    #[serde(default)]
    pub at: CancelAt,
    /// Why, for the audit trail.
    pub reason: Option<CancelCause>,
}

/// When a subscription ends.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelAt {
    /// With the present period, or with the trial.
    #[default]
    PeriodEnd,
}

/// Why somebody leaves.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelCause {
    /// It costs too much.
    TooExpensive,
    /// Something is missing.
    MissingFeatures,
    /// Another service is used instead.
    SwitchedService,
    /// It is not used.
    Unused,
    /// The service is not good enough.
    Quality,
    /// The help is not good enough.
    CustomerService,
    /// Another reason.
    Other,
}

impl CancelCause {
    const fn name(self) -> &'static str {
        match self {
            Self::TooExpensive => "too_expensive",
            Self::MissingFeatures => "missing_features",
            Self::SwitchedService => "switched_service",
            Self::Unused => "unused",
            Self::Quality => "quality",
            Self::CustomerService => "customer_service",
            Self::Other => "other",
        }
    }
}

/// Cancel a subscription
///
/// It goes on to the end of what is paid for, or of its trial, and what is used until then is still invoiced. Until it ends,
/// `reactivate` takes this back. Cancelling again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{id}/cancel",
    responses(
        (status = 200, body = Envelope<SubscriptionView>),
        (status = 409, description = "SUBSCRIPTION_STATUS: it is paused, suspended or over")
    )
)]
pub async fn cancel_subscription(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    edit: Edit,
    Id(id): Id<SubscriptionId>,
    Json(body): Json<CancelSubscription>,
) -> Result<Reply, Problem> {
    let CancelAt::PeriodEnd = body.at;
    let edit = BoundaryEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::SUBSCRIPTION_CANCELLED };
    let reason = body.reason.map(CancelCause::name);
    edit.make(reason, |before| async { Ok((before.cancel_at_boundary()?, None)) }).await
}

#[cfg(test)]
#[path = "boundary_tests.rs"]
mod tests;
