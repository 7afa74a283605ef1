//! Whose call it is, for what comes after the caller among a handler's arguments.

use table::TenantScope;

/// Whose call this is, left in the request for later arguments: the scope of idempotency keys and cursors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The tenant.
    pub scope: TenantScope,
    /// The user's or the API key's id, or `anonymous`.
    pub name: String,
}
