//! `subscription.created`: what is owed in advance is invoiced at once, and not only when the agenda comes to it.

use billing::BillingWork;
use cloud::Ctx;
use events::{Told, subscription::SubscriptionCreated};

/// The work that the event asks for.
pub(crate) fn begin_subscription(ctx: &Ctx, told: &Told<SubscriptionCreated>) -> BillingWork {
    let subscription_id = told.data.subscription_id;
    BillingWork { tenant_id: told.event.tenant_id, subscription_id, as_of: ctx.now(), run_id: None }
}
