//! The tenant's own plan, as callers see it.

use billing::{BoundaryChange, Interval, Subscription, SubscriptionStatus};
use kernel::{Currency, Date, SubscriptionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// What the tenant itself has of the platform.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantBillingView {
    /// Its subscription, in the platform's books.
    pub subscription_id: SubscriptionId,
    #[schema(example = "STARTER")]
    pub plan_key: String,
    pub interval: Interval,
    pub currency: Currency,
    /// Where the subscription stands.
    pub status: SubscriptionStatus,
    /// The first day of the present period.
    pub period_start: Date,
    /// The first day behind the present period.
    pub period_end: Date,
    /// When it is invoiced next; null while nothing is.
    pub next_invoice_at: Option<Timestamp>,
    /// What it has from the next period on; null when that stays.
    pub scheduled: Option<ScheduledPlanView>,
}

/// What a tenant has from the next period on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledPlanView {
    /// The first day.
    pub on: Date,
    /// The plan; null when the subscription ends.
    #[schema(example = "STARTER")]
    pub plan_key: Option<String>,
    /// How often it is billed then; null when it ends.
    pub interval: Option<Interval>,
}

impl From<&Subscription> for TenantBillingView {
    fn from(own: &Subscription) -> Self {
        let period = own.shown_period();
        let scheduled = own.scheduled.as_ref().map(|scheduled| {
            let (plan_key, interval) = match &scheduled.change {
                BoundaryChange::Plan { plan, interval, .. } => (Some(plan.key.to_string()), Some(*interval)),
                BoundaryChange::Cancelled => (None, None),
            };
            ScheduledPlanView { on: scheduled.on, plan_key, interval }
        });
        Self {
            subscription_id: own.id,
            plan_key: own.plan().key.to_string(),
            interval: own.segment.interval,
            currency: own.currency,
            status: own.status,
            period_start: period.start,
            period_end: period.end,
            next_invoice_at: own.is_billed().then_some(own.due_at),
            scheduled,
        }
    }
}
