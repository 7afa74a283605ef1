//! What an endpoint needs of its caller: a permission, as a type.

use http::Method;

/// A permission as a type, `struct InvoicesRead;`, declared by the group whose endpoints ask for it.
pub trait Needs: Send + Sync + 'static {
    /// The permission, `resource:action`.
    const PERMISSION: &'static str;
    /// What it allows, for whoever makes a role.
    const MEANING: &'static str;
    /// What it still allows while the tenant is suspended or its trial is over.
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::Reads;
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
}

impl NeededPermission {
    /// What the type of a permission says.
    pub const fn of<P: Needs>() -> Self {
        Self { permission: P::PERMISSION, meaning: P::MEANING, while_suspended: P::WHILE_SUSPENDED }
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
}

impl WhileSuspended {
    /// Whether it allows a call of this method.
    pub fn allows(self, method: &Method) -> bool {
        match self {
            Self::Reads => method.is_safe(),
            Self::ReadsAndDeletes => method.is_safe() || method == Method::DELETE,
            Self::Everything => true,
        }
    }
}
