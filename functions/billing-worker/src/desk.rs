//! What the worker keeps between messages: plan versions, sellers, and one line to queue in per tenant.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use billing::PlanCache;
use kernel::{TenantId, Timestamp};
use tenancy::Tenant;
use tokio::sync::Mutex as Line;

/// How long a tenant's changed name or zone may take to appear on invoices: 60 seconds.
const TENANT_MILLIS: i64 = 60_000;
/// When a map holds more, it starts anew.
const ROWS: usize = 10_000;

/// The worker's memory.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) plans: PlanCache,
    tenants: Mutex<BTreeMap<TenantId, (Timestamp, Arc<Tenant>)>>,
    lines: Mutex<BTreeMap<TenantId, Arc<Line<()>>>>,
}

impl Desk {
    /// A tenant that was read within the last minute.
    pub(crate) fn known_tenant(&self, id: TenantId, now: Timestamp) -> Option<Arc<Tenant>> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |read_at: Timestamp| (0..=TENANT_MILLIS).contains(&(now.as_millis() - read_at.as_millis()));
        tenants.get(&id).filter(|(read_at, _)| fresh(*read_at)).map(|(_, tenant)| Arc::clone(tenant))
    }

    pub(crate) fn remember_tenant(&self, tenant: &Arc<Tenant>, now: Timestamp) {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() >= ROWS {
            tenants.clear();
        }
        tenants.insert(tenant.id, (now, Arc::clone(tenant)));
    }

    /// Where the messages of this process wait for one another: two invoices of a tenant want the same next number,
    /// and would only take it from each other. Other processes are kept apart by the table alone.
    pub(crate) fn line(&self, tenant: TenantId) -> Arc<Line<()>> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= ROWS {
            lines.clear();
        }
        Arc::clone(lines.entry(tenant).or_default())
    }
}
