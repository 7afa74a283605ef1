//! What the worker keeps between messages: plan versions, and one line to queue in per tenant.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use billing::PlanCache;
use kernel::TenantId;
use tokio::sync::Mutex as Line;

/// When there are more lines, they start anew.
const LINES: usize = 10_000;

/// The worker's memory.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) plans: PlanCache,
    lines: Mutex<BTreeMap<TenantId, Arc<Line<()>>>>,
}

impl Memory {
    /// Where the messages of this process wait for one another: two changes of a tenant on one day add to the same rows, and
    /// would only hold each other up. Other processes are kept apart by the table alone.
    pub(crate) fn line(&self, tenant: TenantId) -> Arc<Line<()>> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= LINES {
            lines.clear();
        }
        Arc::clone(lines.entry(tenant).or_default())
    }
}
