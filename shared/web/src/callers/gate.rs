//! Whether a tenant's place in its life lets a call in.

use http::Method;
use identity::{Role, audit::Actor};
use kernel::Timestamp;
use tenancy::{Gate, Tenant};

use crate::{Problem, callers::needs::WhileSuspended};

/// A call that asks to be let in.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    /// Who calls.
    pub(crate) actor: Actor,
    /// What they are in the tenant.
    pub(crate) roles: &'a [Role],
    pub(crate) method: &'a Method,
    pub(crate) suspended: WhileSuspended,
}

impl Asking<'_> {
    /// `Ok` where the tenant's place in its life allows the call at this instant, however long ago the tenant was read. Who takes the
    /// data of a tenant that is over away, or pays what it owes, is an administrator who signed in: no key is let in.
    ///
    /// # Errors
    /// 403 `TENANT_SUSPENDED`.
    pub(crate) fn of(self, tenant: &Tenant, now: Timestamp) -> Result<(), Problem> {
        let open = match tenant.gate(now) {
            Gate::Open => true,
            Gate::ReadAndPay => self.suspended.allows(self.method),
            Gate::Closed => {
                let leaving = self.method.is_safe() || self.suspended == WhileSuspended::ToTheEnd;
                leaving && self.roles.contains(&Role::Admin) && matches!(self.actor, Actor::User(_))
            }
        };
        if open {
            return Ok(());
        }
        // Customers are not told of what the tenant owes.
        let why = tenant.closed_for(now).filter(|_| Role::is_member(self.roles));
        Err(why.map_or_else(Problem::tenant_suspended, Problem::tenant_closed_for))
    }
}
