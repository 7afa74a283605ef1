//! What an endpoint needs of its caller: a permission, as a type.

use allowances::PlanAccess;
use http::Method;
use identity::{Role, RoleBook};
use kernel::TenantId;

/// A permission as a type, `struct InvoicesRead;`, declared by the group whose endpoints ask for it.
pub trait Needs: Send + Sync + 'static {
    /// The permission, `resource:action`.
    const PERMISSION: &'static str;
    /// What it allows, for whoever makes a role.
    const MEANING: &'static str;
    /// What it still allows while the tenant is suspended or its trial is over.
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::Reads;
    /// Whether it still goes through when the tenant has used all calls of a month that its plan blocks more of: what tells of
    /// the limit, and what mends it.
    const PAST_CALL_LIMIT: bool =
        matches!(Self::WHILE_SUSPENDED, WhileSuspended::Everything | WhileSuspended::ToTheEnd);
    /// Whether staff may do it while acting as a user. What guards an account or the tenant, and what takes money or data out, is for
    /// those alone whose it is.
    const WHILE_IMPERSONATED: bool = true;
    /// Which plans of customers reach it: with `Basic`, all of them. Basic is what a customer needs to see to the account,
    /// to subscribe and to pay.
    const ACCESS: PlanAccess = PlanAccess::Full;

    /// Whether all plans of customers reach it.
    fn is_basic() -> bool {
        Self::ACCESS == PlanAccess::Basic
    }
}

/// What a group declares of a permission that its endpoints ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeededPermission {
    /// The permission, `resource:action`.
    pub permission: &'static str,
    /// What it allows.
    pub meaning: &'static str,
    /// What it still allows while the tenant is suspended.
    pub while_suspended: WhileSuspended,
    /// Whether it goes through when the tenant has used all calls of a month.
    pub past_call_limit: bool,
    /// Which plans of customers reach it.
    pub access: PlanAccess,
}

impl NeededPermission {
    /// What the type of a permission says.
    pub const fn of<P: Needs>() -> Self {
        Self {
            permission: P::PERMISSION,
            meaning: P::MEANING,
            while_suspended: P::WHILE_SUSPENDED,
            past_call_limit: P::PAST_CALL_LIMIT,
            access: P::ACCESS,
        }
    }

    /// Whether customers have it, over what is their own or over the tenant.
    pub fn is_customers(&self) -> bool {
        RoleBook::default().grants(TenantId::PLATFORM, &[Role::User]).reach(self.permission).is_some()
    }
}

/// What a permission allows while a tenant is suspended or its trial is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhileSuspended {
    /// Reading.
    Reads,
    /// Reading and taking away: a key that leaked can be revoked whatever is owed.
    ReadsAndDeletes,
    /// Everything: settling what is owed, and converting.
    Everything,
    /// Everything, and to administrators even when the tenant is over: taking its data away, and paying what it owes.
    ToTheEnd,
}

impl WhileSuspended {
    /// Whether it allows a call of this method.
    pub fn allows(self, method: &Method) -> bool {
        match self {
            Self::Reads => method.is_safe(),
            Self::ReadsAndDeletes => method.is_safe() || method == Method::DELETE,
            Self::Everything | Self::ToTheEnd => true,
        }
    }
}
