//! How many calls of the API a tenant's own plan includes.

use billing::{PlanCache, Plans, Subscriptions};
use kernel::TenantId;
use table::{OperatorScope, Table, TableError};

/// What tenant plans call it.
const QUOTA: &str = "apiCallsPerMonth";

/// The calls a month that the tenant's own plan includes, while it is in force; `None` when as many as wanted, or when
/// there is no plan. Three round trips, two when the plan is known.
pub(crate) async fn included(
    table: &dyn Table,
    plans: &PlanCache,
    tenant: TenantId,
) -> Result<Option<u64>, TableError> {
    let platform = OperatorScope::assume("a tenant's own plan is in the platform's books").platform();
    let subscriptions = Subscriptions::new(table, platform);
    let own = subscriptions.own_of(tenant).await?;
    let Some(own) = own.filter(|own| own.status.is_in_force()) else { return Ok(None) };
    let plan = plans.get(Plans::new(table, platform), own.plan()).await?;
    Ok(plan.quotas.get(QUOTA).and_then(|quota| quota.limit()))
}
