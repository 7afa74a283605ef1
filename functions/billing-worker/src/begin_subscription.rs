//! `subscription.created`: what is owed in advance is invoiced at once, and not only when the agenda comes to it.

use billing::BillingWork;
use cloud::Ctx;
use kernel::SubscriptionId;
use table::{TableError, outbox};

use crate::bill_subscription::BillingError;

/// The work that the event asks for.
pub(crate) fn begin_subscription(ctx: &Ctx, event: outbox::Event) -> Result<BillingWork, BillingError> {
    let id = event.data.get("subscriptionId").cloned().unwrap_or_default();
    let id = serde_json::from_value::<SubscriptionId>(id);
    let subscription_id = id.map_err(|_| TableError::Corrupt("an event's subscriptionId".to_owned()))?;
    Ok(BillingWork { tenant_id: event.tenant_id, subscription_id, as_of: ctx.now(), run_id: None })
}
