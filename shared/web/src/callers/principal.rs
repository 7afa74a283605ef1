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

/// Left in the request by an argument whose caller cannot be told from others, where the answer holds a secret that is made for them: an
/// `Idempotency-Key` that may be left out keeps no answer then, and a repetition is a call of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeverReplayed;
