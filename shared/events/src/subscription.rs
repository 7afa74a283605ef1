//! Events about subscriptions.

mod coupons;
mod standing;
mod usage;

pub use coupons::{SubscriptionCouponApplied, SubscriptionCouponRemoved};
pub use standing::{StandingDiscount, StandingState, Stands, SubscriptionStanding};
pub use usage::{RecordedUsage, UsageSum};

use kernel::{Date, InvoiceId, Party, SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A customer subscribed to a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionCreated {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// How it begins.
    pub status: Beginning,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionCreated {
    const NAME: &'static str = "subscription.created";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// The free days of a subscription are over; from now on it is billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionTrialEnded {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionTrialEnded {
    const NAME: &'static str = "subscription.trial_ended";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// A subscription ended by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionExpired {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// Why.
    pub reason: ExpiryReason,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionExpired {
    const NAME: &'static str = "subscription.expired";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// A subscription was ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionCancelled {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// Why.
    pub reason: CancelReason,
    /// The invoice that was not paid, where it ended for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<InvoiceId>,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionCancelled {
    const NAME: &'static str = "subscription.cancelled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// A subscription has another plan or quantity now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionPlanChanged {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// The plan from now on.
    pub plan_key: String,
    /// The plan until now.
    pub former_plan_key: String,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionPlanChanged {
    const NAME: &'static str = "subscription.plan_changed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// How a subscription begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    /// With free days.
    Trialing,
    /// With its first period.
    Active,
    /// With an invoice that is to be paid first.
    Incomplete,
}

/// What a subscription was whose invoices were overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormerStatus {
    /// It went on.
    PastDue,
    /// It had been stopped.
    Suspended,
}

/// Why a subscription ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpiryReason {
    /// The tenant did not convert before the end of its trial.
    TrialNotConverted,
    /// Its first invoice was not paid in time, or was taken back.
    NeverPaid,
}

/// Why a subscription was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The customer was erased.
    CustomerErased,
    /// An invoice of it stayed unpaid.
    NotPaid,
    /// Somebody ended it at once.
    Requested,
    /// Its end was scheduled before.
    Scheduled,
}

/// What a subscription will be, or that it will end, is decided for a boundary of its periods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionChangeScheduled {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// The first day that the change holds.
    pub on: Date,
    /// The plan from then on; nothing when the subscription ends.
    pub plan_key: Option<String>,
}

impl Payload for SubscriptionChangeScheduled {
    const NAME: &'static str = "subscription.change_scheduled";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// What was decided for a boundary was taken back: the subscription goes on as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionChangeWithdrawn {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// The plan that goes on.
    pub plan_key: String,
}

impl Payload for SubscriptionChangeWithdrawn {
    const NAME: &'static str = "subscription.change_withdrawn";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// A subscription was stopped until it is resumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionPaused {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionPaused {
    const NAME: &'static str = "subscription.paused";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// A subscription goes on after a pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionResumed {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// The first day of its next period.
    pub on: Date,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionResumed {
    const NAME: &'static str = "subscription.resumed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// The use of a quota reached 80 or 100 percent of it: told once for each, until the quota starts again from zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionQuotaReached {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// Which quota of the plan.
    pub quota: String,
    /// What it limits.
    pub feature: String,
    /// How much of it, in percent.
    pub percent: u8,
    /// The quota.
    pub limit: u64,
    /// When it starts again from zero.
    pub resets_at: Timestamp,
}

impl Payload for SubscriptionQuotaReached {
    const NAME: &'static str = "subscription.quota_reached";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// The first invoice of a subscription is paid: from now on what was subscribed to may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionActivated {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionActivated {
    const NAME: &'static str = "subscription.activated";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// An invoice of a subscription is overdue; it goes on for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionPastDue {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// Which invoice is overdue.
    pub invoice_id: InvoiceId,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionPastDue {
    const NAME: &'static str = "subscription.past_due";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// A subscription was stopped because an invoice of it is overdue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionSuspended {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// Which invoice is overdue.
    pub invoice_id: InvoiceId,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionSuspended {
    const NAME: &'static str = "subscription.suspended";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// Nothing of a subscription is overdue any more: it is active again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionRestored {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Who is billed.
    pub customer_id: Party,
    /// For which plan.
    pub plan_key: String,
    /// What it was until now.
    pub former_status: FormerStatus,
    /// By which invoice.
    pub invoice_id: InvoiceId,
    /// How it stands since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<SubscriptionStanding>,
}

impl Payload for SubscriptionRestored {
    const NAME: &'static str = "subscription.restored";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = SubscriptionId;

    fn subject(&self) -> SubscriptionId {
        self.subscription_id
    }
}
