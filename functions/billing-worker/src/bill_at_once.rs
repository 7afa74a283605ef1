//! `subscription.created`, `subscription.plan_changed`, `subscription.resumed`: what is owed by them is invoiced at once, and not
//! only when the agenda comes to it.

use billing::BillingWork;
use cloud::Ctx;
use events::{
    Told,
    subscription::{SubscriptionCreated, SubscriptionPlanChanged, SubscriptionResumed},
};
use kernel::SubscriptionId;

/// An event after which a subscription may owe something.
pub(crate) trait MayOwe {
    /// Which subscription.
    fn subscription(&self) -> SubscriptionId;
}

impl MayOwe for SubscriptionCreated {
    fn subscription(&self) -> SubscriptionId {
        self.subscription_id
    }
}

impl MayOwe for SubscriptionPlanChanged {
    fn subscription(&self) -> SubscriptionId {
        self.subscription_id
    }
}

impl MayOwe for SubscriptionResumed {
    fn subscription(&self) -> SubscriptionId {
        self.subscription_id
    }
}

/// The work that the event asks for.
pub(crate) fn bill_at_once<E: MayOwe>(ctx: &Ctx, told: &Told<E>) -> BillingWork {
    let subscription_id = told.data.subscription();
    BillingWork { tenant_id: told.event.tenant_id, subscription_id, as_of: ctx.now(), run_id: None }
}
