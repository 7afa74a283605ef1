//! Where plans are kept, and the versions that this process has already read.
//!
//! `PLANS` / `<KEY>#<version, five digits>`: every version of every plan of a tenant in one partition.
//! `PLANS#ARCHIVED` / `<KEY>`: since when a plan is sold no more.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use allowances::PlanVersion;
use kernel::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, pages,
};

use crate::{Plan, PlanError, PlanKey, PlanRef, Subscription};

/// How many plan versions a process remembers.
const REMEMBERED: usize = 1_000;

impl Record for Plan {
    const ROWS: &'static [&'static str] = &["PLANS / {key}#{version}"];
    const FREE: &'static [&'static str] = &["aggregations", "quotas"];
}

/// That a plan is sold no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArchivedPlan {
    key: PlanKey,
    archived_at: Timestamp,
}

impl Record for ArchivedPlan {
    const ROWS: &'static [&'static str] = &["PLANS#ARCHIVED / {key}"];
}

/// A version of a plan, and whether the plan is still sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanState {
    /// The version.
    pub plan: Plan,
    /// Since when the plan is sold no more.
    pub archived_at: Option<Timestamp>,
}

impl PlanState {
    /// The plan, if it is still sold.
    ///
    /// # Errors
    /// `Archived`.
    pub fn sold(self) -> Result<Plan, PlanError> {
        if self.archived_at.is_some() { Err(PlanError::Archived(self.plan.key)) } else { Ok(self.plan) }
    }
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
            Self::insert(transaction, scope, plan)?;
        }
        Ok(())
    }

    /// Adds a version to a transaction. The slot is that of the write that fails when it is there already.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(transaction: &mut Transaction, scope: TenantScope, plan: &Plan) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(key(scope, &plan.reference()), plan)?.when(Condition::NotExists)))
    }

    /// Adds to a transaction that a plan is sold no more. The slot is that of the write that fails when it is archived already.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn archive(
        transaction: &mut Transaction,
        scope: TenantScope,
        plan: &PlanKey,
        now: Timestamp,
    ) -> Result<Slot, TableError> {
        let row = ArchivedPlan { key: plan.clone(), archived_at: now };
        Ok(transaction.add(Write::put(archived_key(scope, plan), &row)?.when(Condition::NotExists)))
    }

    /// Checks that a plan is still sold, for a transaction that sells it or makes its next version.
    pub fn check_sold(transaction: &mut Transaction, scope: TenantScope, plan: &PlanKey) -> Slot {
        transaction.add(Write::check(archived_key(scope, plan)).when(Condition::NotExists))
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

    /// A version of a plan, the newest when none is named, and whether the plan is still sold. Two round trips, side by
    /// side.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn state(&self, plan: &PlanKey, version: Option<u32>) -> Result<Option<PlanState>, TableError> {
        let found = async {
            match version {
                Some(version) => self.get(&PlanRef { key: plan.clone(), version }).await,
                None => self.newest(plan).await,
            }
        };
        let archived = archived_key(self.scope, plan);
        let (found, archived) = tokio::try_join!(found, self.table.get(&archived))?;
        let archived: Option<ArchivedPlan> = archived.map(from_item).transpose()?;
        Ok(found.map(|plan| PlanState { plan, archived_at: archived.map(|row| row.archived_at) }))
    }

    /// The newest version of every plan, by key. Two round trips, side by side.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self) -> Result<Vec<PlanState>, TableError> {
        let all = Query::partition(self.scope.partition("PLANS"));
        let archived = Query::partition(self.scope.partition("PLANS#ARCHIVED"));
        let (versions, archived) = tokio::try_join!(
            pages::readable::<Plan>(self.table, all),
            pages::readable::<ArchivedPlan>(self.table, archived)
        )?;
        let mut archived: BTreeMap<PlanKey, Timestamp> =
            archived.into_iter().map(|row| (row.key, row.archived_at)).collect();
        // Ascending by version, so that the last of a key stays.
        let newest: BTreeMap<PlanKey, Plan> = versions.into_iter().map(|plan| (plan.key.clone(), plan)).collect();
        let state = |plan: Plan| PlanState { archived_at: archived.remove(&plan.key), plan };
        Ok(newest.into_values().map(state).collect())
    }
}

fn archived_key(scope: TenantScope, plan: &PlanKey) -> Key {
    scope.key("PLANS#ARCHIVED", plan)
}

fn key(scope: TenantScope, plan: &PlanRef) -> Key {
    allowances::plan_key(scope, &PlanVersion::new(&plan.key, plan.version))
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
