//! `POST /api/v1/subscriptions/{id}/cancel`: a subscription ends with its present period, or today.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one read (and one of how the tenant bills, to end at once), one transaction of subscription, agenda, audit
//! entry, event and idempotency row; the last two again for every race that is lost.

use axum::extract::State;
use billing::{BillingRules, Unused};
use kernel::SubscriptionId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    changes::subscription_edit::{Edited, SubscriptionEdit, Told},
    subscriptions::subscription_view::SubscriptionView,
};

/// Why, and when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CancelSubscription {
    /// When it ends.
    #[serde(default)]
    pub at: CancelAt,
    /// To end it now: whether the days that are left of what was billed are credited, to be used for other invoices; they are
    /// when this is left out.
    pub credit: Option<bool>,
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
    /// At once; today is the last day that counts.
    Now,
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
/// `reactivate` takes this back. Cancelling again changes nothing. One that is paused or suspended ends at once.
///
/// With `"at": "now"` it ends at once: the last invoice has what was used, and gives back the days after today. What is given
/// back pays what is still open of this subscription; the rest goes to the customer's balance and pays the next invoices.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{id}/cancel",
    responses(
        (status = 200, body = Envelope<SubscriptionView>),
        (status = 409, description = "SUBSCRIPTION_STATUS: it is over")
    )
)]
pub async fn cancel_subscription(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    edit: Edit,
    Id(id): Id<SubscriptionId>,
    Json(body): Json<CancelSubscription>,
) -> Result<Reply, Problem> {
    let action = crate::SUBSCRIPTION_CANCELLED;
    let edit = SubscriptionEdit { api: &api, caller: &caller, edit: &edit, id, action };
    let reason = body.reason.map(CancelCause::name);
    match body.at {
        CancelAt::PeriodEnd if body.credit.is_some() => {
            Err(Problem::invalid("/credit", "INVALID_VALUE", "nothing is left unused at the end of the period"))
        }
        CancelAt::PeriodEnd => {
            edit.make(reason, |before| async {
                let over = before.clone().cancel_stopped().map(|over| Edited::new(over, Told::Cancelled));
                if over.is_some() {
                    return Ok(over);
                }
                Ok(before.cancel_at_boundary()?.map(|after| Edited::new(after, Told::Change)))
            })
            .await
        }
        CancelAt::Now => {
            let grace = BillingRules::read(api.table(), caller.scope).await?.settings.grace();
            let unused = if body.credit == Some(false) { Unused::Kept } else { Unused::Credited };
            let now = api.now();
            edit.make(reason, |before| async move {
                Ok(Some(Edited::new(before.cancel_now(unused, now, grace)?, Told::Cancelled)))
            })
            .await
        }
    }
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
