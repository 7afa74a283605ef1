//! Whether a tenant's place in its life lets a call in.

use http::Method;
use identity::Role;
use kernel::Timestamp;
use tenancy::{Gate, Tenant};

use crate::{Problem, callers::needs::WhileSuspended};

/// What the tenant's place in its life allows at this instant, however long ago the tenant was read.
pub(crate) fn gate(
    tenant: &Tenant,
    now: Timestamp,
    roles: &[Role],
    method: &Method,
    suspended: WhileSuspended,
) -> Result<(), Problem> {
    let open = match tenant.gate(now) {
        Gate::Open => true,
        Gate::ReadAndPay => suspended.allows(method),
        Gate::Closed => (method.is_safe() || suspended == WhileSuspended::ToTheEnd) && roles.contains(&Role::Admin),
    };
    if open { Ok(()) } else { Err(Problem::tenant_suspended()) }
}
