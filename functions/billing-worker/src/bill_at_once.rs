//! `subscription.created`, `subscription.plan_changed`, `subscription.resumed`: what is owed by them is invoiced at once, and
//! not only when the agenda comes to it.

use billing::BillingWork;
use cloud::Ctx;
use events::{Payload, Told};
use kernel::SubscriptionId;

/// The work that an event about a subscription asks for.
pub(crate) fn bill_at_once<E: Payload<Subject = SubscriptionId>>(ctx: &Ctx, told: &Told<E>) -> BillingWork {
    let subscription_id = told.data.subject();
    BillingWork { tenant_id: told.event.tenant_id, subscription_id, as_of: ctx.now(), run_id: None, dry_run: false }
}
