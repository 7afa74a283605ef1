//! How many calls of the API a tenant's own plan includes.

use billing::{PlanCache, Plans, Subscriptions};
use kernel::{Party, TenantId};
use table::{OperatorScope, Table, TableError, pages::PageRequest};

/// What tenant plans call it.
const QUOTA: &str = "apiCallsPerMonth";

/// The calls a month that the newest plan in force includes; `None` when as many as wanted, or when there is no plan.
/// Three round trips, two when the plan is known.
pub(crate) async fn included(
    table: &dyn Table,
    plans: &PlanCache,
    tenant: TenantId,
) -> Result<Option<u64>, TableError> {
    let platform = OperatorScope::assume("a tenant's own plan is in the platform's books").platform();
    let subscriptions = Subscriptions::new(table, platform);
    let page = subscriptions.list_of(Party::Tenant(tenant), &PageRequest::default()).await?;
    let Some(subscription) = page.items.iter().find(|one| one.status.is_in_force()) else { return Ok(None) };
    let plan = plans.get(Plans::new(table, platform), subscription.plan()).await?;
    Ok(plan.quotas.get(QUOTA).and_then(|quota| quota.limit()))
}
