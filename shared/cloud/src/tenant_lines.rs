//! A line to queue in for each tenant, within one process.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use kernel::TenantId;
use tokio::sync::Mutex as Line;

/// At so many lines all are forgotten: bounded memory. A caller that waits in one goes on waiting there.
const MOST: usize = 10_000;

/// Where the messages of a tenant wait for one another that would only take the same row from each other. Other processes
/// are kept apart by the table alone.
#[derive(Debug, Default)]
pub struct TenantLines<L = Line<()>>(Mutex<BTreeMap<TenantId, Arc<L>>>);

impl<L: Default> TenantLines<L> {
    /// The line of a tenant.
    pub fn of(&self, tenant: TenantId) -> Arc<L> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= MOST {
            lines.clear();
        }
        Arc::clone(lines.entry(tenant).or_default())
    }
}
