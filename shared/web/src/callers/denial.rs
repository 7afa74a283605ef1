//! Denied attempts in the audit trail.

use identity::audit::{Action, AuditEntry};
use table::TenantScope;

use crate::Api;

/// In the audit trail: a call was refused for want of a permission.
pub const ACCESS_DENIED: Action = Action::new("access.denied");

/// As [`crate::Caller::record_denial`], for whoever is no such caller.
pub async fn record_denial(api: &Api, scope: TenantScope, attempt: AuditEntry) {
    let attempt = attempt.denied();
    if let Err(error) = table::write_alone(api.table(), |tx| attempt.insert(tx, scope)).await {
        tracing::warn!(%error, "a denied attempt is not in the audit trail");
    }
}
