//! Where plans are kept, and the versions that this process has already read.
//!
//! `PLANS` / `<KEY>#<version, five digits>`: every version of every plan of a tenant in one partition.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use kernel::TenantId;
use table::{Condition, Key, Query, Record, Table, TableError, TenantScope, Transaction, Write, from_item, pages};

use crate::{Plan, PlanError, PlanKey, PlanRef, Subscription};

/// How many plan versions a process remembers.
const REMEMBERED: usize = 1_000;

impl Record for Plan {
    const ROWS: &'static [&'static str] = &["PLANS / {key}#{version}"];
}

/// The plans of one tenant.
#[derive(Clone, Copy)]
pub struct Plans<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Plans<'a> {
    /// The plans of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Gives a tenant its first plans; nothing that is there is overwritten.
    ///
    /// # Errors
    /// `Corrupt` when a plan does not serialise.
    pub fn insert_all(transaction: &mut Transaction, scope: TenantScope, plans: &[Plan]) -> Result<(), TableError> {
        for plan in plans {
            let key = key(scope, &plan.reference());
            transaction.add(Write::put(key, plan)?.when(Condition::NotExists));
        }
        Ok(())
    }

    /// One version.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, plan: &PlanRef) -> Result<Option<Plan>, TableError> {
        self.table.get(&key(self.scope, plan)).await?.map(from_item).transpose()
    }

    /// The newest version, which new subscriptions are sold.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn newest(&self, plan: &PlanKey) -> Result<Option<Plan>, TableError> {
        let versions = Query::partition(self.scope.partition("PLANS")).begins_with(format!("{plan}#"));
        let page = self.table.query(versions.descending().limit(1)).await?;
        page.items.into_iter().next().map(from_item).transpose()
    }

    /// The newest version of every plan, by key.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self) -> Result<Vec<Plan>, TableError> {
        let all = Query::partition(self.scope.partition("PLANS"));
        let versions: Vec<Plan> = pages::readable(self.table, all).await?;
        // Ascending by version, so that the last of a key stays.
        let newest: BTreeMap<PlanKey, Plan> = versions.into_iter().map(|plan| (plan.key.clone(), plan)).collect();
        Ok(newest.into_values().collect())
    }
}

fn key(scope: TenantScope, plan: &PlanRef) -> Key {
    scope.key("PLANS", format_args!("{}#{:05}", plan.key, plan.version))
}

/// Plan versions that this process has read. They never change, so they are never read twice.
#[derive(Debug, Default)]
pub struct PlanCache(Mutex<BTreeMap<(TenantId, PlanRef), Arc<Plan>>>);

impl PlanCache {
    /// One version, from memory if it is there.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` when the version is not there: what was sold is never removed.
    pub async fn get(&self, plans: Plans<'_>, plan: &PlanRef) -> Result<Arc<Plan>, TableError> {
        let name = (plans.scope.tenant(), plan.clone());
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let read = plans.get(plan).await?;
        let read = read.ok_or_else(|| TableError::Corrupt(format!("no plan {} {}", plan.key, plan.version)))?;
        let read = Arc::new(read);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(name, Arc::clone(&read));
        Ok(read)
    }
}

/// The plan versions that subscriptions were sold, read beforehand.
#[derive(Clone, Debug, Default)]
pub struct PlanSet(BTreeMap<PlanRef, Arc<Plan>>);

impl PlanSet {
    /// Every version that these subscriptions have or had. No round trip for versions that are known.
    ///
    /// # Errors
    /// Those of [`PlanCache::get`].
    pub async fn of(cache: &PlanCache, plans: Plans<'_>, subscriptions: &[Subscription]) -> Result<Self, TableError> {
        let wanted: BTreeSet<&PlanRef> = subscriptions.iter().flat_map(Subscription::plans).collect();
        let mut set = BTreeMap::new();
        for plan in wanted {
            set.insert(plan.clone(), cache.get(plans, plan).await?);
        }
        Ok(Self(set))
    }

    /// One version.
    ///
    /// # Errors
    /// `NotFound` when it was not read.
    pub fn get(&self, plan: &PlanRef) -> Result<&Plan, PlanError> {
        self.0.get(plan).map(AsRef::as_ref).ok_or_else(|| PlanError::NotFound(plan.key.clone()))
    }
}

impl FromIterator<Plan> for PlanSet {
    fn from_iter<I: IntoIterator<Item = Plan>>(plans: I) -> Self {
        Self(plans.into_iter().map(|plan| (plan.reference(), Arc::new(plan))).collect())
    }
}
