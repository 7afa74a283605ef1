//! What the worker keeps between messages: plan versions, and one line to queue in per tenant.

use billing::PlanCache;
use cloud::TenantLines;

/// The worker's memory.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) plans: PlanCache,
    /// Two changes of a tenant on one day add to the same rows.
    pub(crate) lines: TenantLines,
}
