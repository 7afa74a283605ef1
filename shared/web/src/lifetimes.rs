//! How long tokens and sessions live.

use identity::Lifetimes;
use jiff::SignedDuration;
use kernel::TenantId;
use tenancy::Tenant;

/// An administrator of the platform holds the keys of every tenant: short tokens, short sessions
/// (the times of NIST SP 800-63B, revision 3, section 4.2.3).
const OPERATOR: Lifetimes =
    Lifetimes { access_seconds: 300, idle: SignedDuration::from_mins(30), absolute: SignedDuration::from_hours(12) };

/// How long sessions of a tenant live.
pub fn lifetimes(tenant: &Tenant) -> Lifetimes {
    if tenant.id == TenantId::PLATFORM {
        return OPERATOR;
    }
    let policy = tenant.policy();
    Lifetimes {
        access_seconds: policy.access_token_seconds.into(),
        idle: SignedDuration::from_secs(policy.session_idle_seconds.into()),
        absolute: SignedDuration::from_secs(policy.session_max_seconds.into()),
    }
}
