//! What the worker keeps between messages: plan versions, sellers and how they bill, and one line to queue in per tenant.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use billing::{BillingRules, PlanCache};
use cloud::TenantLines;
use kernel::{TenantId, Timestamp};
use tenancy::Tenant;

use crate::issuing::line::IssueLine;

/// How long a tenant's changed name, zone or billing settings may take to appear on invoices: 60 seconds.
const TENANT_MILLIS: i64 = 60_000;
/// When a map holds more, all of it is forgotten.
const ROWS: usize = 10_000;

/// The worker's memory.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) plans: PlanCache,
    tenants: Mutex<BTreeMap<TenantId, (Timestamp, Arc<Tenant>)>>,
    rules: Mutex<BTreeMap<TenantId, (Timestamp, Arc<BillingRules>)>>,
    /// Where a tenant's invoices wait for their numbers.
    pub(crate) lines: TenantLines<IssueLine>,
}

impl Memory {
    /// A tenant that was read within the last minute.
    pub(crate) fn known_tenant(&self, id: TenantId, now: Timestamp) -> Option<Arc<Tenant>> {
        fresh(&self.tenants, id, now)
    }

    pub(crate) fn remember_tenant(&self, tenant: &Arc<Tenant>, now: Timestamp) {
        remember(&self.tenants, tenant.id, Arc::clone(tenant), now);
    }

    /// How a tenant bills, as it was read within the last minute.
    pub(crate) fn known_rules(&self, id: TenantId, now: Timestamp) -> Option<Arc<BillingRules>> {
        fresh(&self.rules, id, now)
    }

    pub(crate) fn remember_rules(&self, id: TenantId, rules: &Arc<BillingRules>, now: Timestamp) {
        remember(&self.rules, id, Arc::clone(rules), now);
    }
}

type Known<T> = Mutex<BTreeMap<TenantId, (Timestamp, Arc<T>)>>;

fn fresh<T>(known: &Known<T>, id: TenantId, now: Timestamp) -> Option<Arc<T>> {
    let known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh = |read_at: Timestamp| (0..=TENANT_MILLIS).contains(&(now.as_millis() - read_at.as_millis()));
    known.get(&id).filter(|(read_at, _)| fresh(*read_at)).map(|(_, value)| Arc::clone(value))
}

fn remember<T>(known: &Known<T>, id: TenantId, value: Arc<T>, now: Timestamp) {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= ROWS {
        known.clear();
    }
    known.insert(id, (now, value));
}
