//! A subscription, as callers see one.

use billing::{
    BaseTiming, BoundaryChange, Collection, Interval, Period, ScheduledChange, Subscription, SubscriptionStatus,
};
use kernel::{Currency, Date, Party, SubscriptionId, Timestamp, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use crate::coupons::coupon_view::AppliedCouponView;

/// A subscription.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionView {
    pub id: SubscriptionId,
    /// Who is billed: a customer, or in the platform's own books a tenant.
    pub customer_id: Party,
    /// The plan.
    #[schema(example = "PREMIUM")]
    pub plan_key: String,
    /// The plan's version, as it was sold.
    pub plan_version: u32,
    pub currency: Currency,
    pub interval: Interval,
    /// The IANA zone whose midnight begins a billing day.
    pub timezone: Zone,
    pub status: SubscriptionStatus,
    /// The present period, its end excluded.
    pub current_period: PeriodView,
    /// The first day that is paid for; when it lies ahead, the days before it are a trial.
    pub billed_from: Date,
    /// How its invoices are collected.
    pub collection: Collection,
    /// How many of the plan, such as seats.
    pub quantity: u64,
    /// The first day whose base fee is not invoiced yet.
    pub billed_until: Date,
    /// When it is invoiced next; null while nothing is.
    pub next_invoice_at: Option<Timestamp>,
    /// What takes something off its invoices, one after the other.
    pub coupons: Vec<AppliedCouponView>,
    /// What changes at the next boundary of its periods.
    pub scheduled: Option<ScheduledView>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What changes at the next boundary.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ScheduledView {
    /// The subscription ends.
    Cancel {
        /// The first day without it.
        on: Date,
    },
    /// Another plan, version, interval or quantity.
    #[serde(rename_all = "camelCase")]
    Plan {
        /// The first day that it holds.
        on: Date,
        /// The plan.
        plan_key: String,
        /// Its version.
        plan_version: u32,
        /// How many of it.
        quantity: u64,
        /// How often it is billed.
        interval: Interval,
    },
}

impl From<ScheduledChange> for ScheduledView {
    fn from(scheduled: ScheduledChange) -> Self {
        let on = scheduled.on;
        match scheduled.change {
            BoundaryChange::Cancelled => Self::Cancel { on },
            BoundaryChange::Plan { plan, quantity, interval, .. } => {
                Self::Plan { on, plan_key: plan.key.to_string(), plan_version: plan.version, quantity, interval }
            }
        }
    }
}

/// Days from `start` on, up to but without `end`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodView {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
}

impl From<Period> for PeriodView {
    fn from(Period { start, end }: Period) -> Self {
        Self { start, end }
    }
}

impl From<&Subscription> for SubscriptionView {
    fn from(subscription: &Subscription) -> Self {
        let in_trial = subscription.is_trial(subscription.period.start);
        let is_invoiced = subscription.is_billed() && (!in_trial || subscription.segment.timing == BaseTiming::Advance);
        Self {
            id: subscription.id,
            customer_id: subscription.party,
            plan_key: subscription.plan().key.to_string(),
            plan_version: subscription.plan().version,
            currency: subscription.currency,
            interval: subscription.segment.interval,
            timezone: subscription.zone.clone(),
            status: subscription.status,
            current_period: subscription.shown_period().into(),
            collection: subscription.collection,
            quantity: subscription.segment.quantity,
            billed_until: subscription.billed_until,
            billed_from: subscription.first_paid_day(),
            next_invoice_at: is_invoiced.then_some(subscription.due_at),
            coupons: subscription.coupons.iter().map(AppliedCouponView::from).collect(),
            scheduled: subscription.scheduled.clone().map(ScheduledView::from),
            created_at: subscription.created_at,
        }
    }
}
