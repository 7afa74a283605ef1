//! The counts of a tenant's resources in the table.
//!
//! | Partition | Sort key | What |
//! |---|---|---|
//! | `LIMITS` | `<resource>` | active members, and bytes of files |
//! | `LIMITS` | `<resource>#<month>` | calls of the API and AI interactions of a month; kept for 400 days |

use allowances::{InForce, PlanVersion};
use jiff::SignedDuration;
use kernel::{Resource, Timestamp};
use table::{
    Item, Key, OperatorScope, Race, Record, Slot, Table, TableError, TenantScope, TransactError, Transaction, Write,
    from_item, get_rows, until_settled,
};

use crate::{
    Tenants,
    limits::{CalendarMonth, LimitCause, ResourceCount, ResourceError, ResourceLimits, ResourceState, Taking},
};

/// The counts of one tenant.
#[derive(Clone, Copy)]
pub struct ResourceCounts<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl Record for ResourceCount {
    const ROWS: &'static [&'static str] = &["LIMITS / {resource}", "LIMITS / {resource}#{month}"];
}

/// How long the count of a month is kept after it.
const MONTH_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

impl<'a> ResourceCounts<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// How the tenant stands with a resource. Two round trips, one without a plan in force, three where another plan
    /// follows.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn state(&self, resource: Resource, now: Timestamp) -> Result<ResourceState, TableError> {
        let tenant = self.scope.tenant();
        let keys = [Tenants::key(tenant), allowances::of_tenant_key(tenant), Self::key(self.scope, resource, now)];
        let [row, in_force, count] = get_rows(self.table, keys).await?;
        let limits = self.limits(in_force).await?;
        let tenant_version = row.map(Tenants::read).transpose()?.map_or(0, |tenant| tenant.version);
        let (quota, count) = (limits.quota(resource), Self::read(count)?);
        Ok(ResourceState { tenant, tenant_version, resource, quota, count, at: now })
    }

    /// How it stands with all of them, in the order of [`Resource::ALL`]; `None` when there is no such tenant. Round
    /// trips as there.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn states(&self, now: Timestamp) -> Result<Option<[ResourceState; 4]>, TableError> {
        let tenant = self.scope.tenant();
        let [users, storage, calls, ai] = Resource::ALL.map(|resource| Self::key(self.scope, resource, now));
        let keys = [Tenants::key(tenant), allowances::of_tenant_key(tenant), users, storage, calls, ai];
        let [row, in_force, users, storage, calls, ai] = get_rows(self.table, keys).await?;
        let Some(row) = row else { return Ok(None) };
        let limits = self.limits(in_force).await?;
        let tenant_version = Tenants::read(row)?.version;
        let state = |resource, row| {
            let (quota, count) = (limits.quota(resource), Self::read(row)?);
            Ok::<_, TableError>(ResourceState { tenant, tenant_version, resource, quota, count, at: now })
        };
        Ok(Some([
            state(Resource::Users, users)?,
            state(Resource::StorageBytes, storage)?,
            state(Resource::ApiCalls, calls)?,
            state(Resource::AiInteractions, ai)?,
        ]))
    }

    async fn limits(&self, in_force: Option<Item>) -> Result<ResourceLimits, TableError> {
        let Some(InForce { plan, next }) = in_force.map(InForce::read).transpose()? else {
            return Ok(ResourceLimits::of(None));
        };
        let limits = self.limits_of(&plan).await?;
        let Some(next) = next else { return Ok(limits) };
        Ok(limits.held_to(&self.limits_of(&next).await?))
    }

    /// What a plan of the platform allows. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn limits_of(&self, plan: &PlanVersion) -> Result<ResourceLimits, TableError> {
        let books = OperatorScope::assume("the plans of tenants are the platform's").platform();
        Ok(ResourceLimits::of(Some(allowances::terms_of(self.table, books, plan).await?)))
    }

    /// Takes more of a resource, and tells of the mark that this crosses. The slot is that of the write that fails when what
    /// was decided is not right any more: read the state again and decide again.
    ///
    /// # Errors
    /// `Corrupt` when the event does not serialise.
    pub fn take(&self, transaction: &mut Transaction, taking: &Taking, cause: LimitCause) -> Result<Slot, TableError> {
        taking.tell(transaction, cause)?;
        let (resource, at) = (taking.resource, taking.at);
        let month = CalendarMonth::of(at).to_string();
        let raised = Self::change(self.scope, resource, units(taking.amount), at);
        let raised = match taking.peak() {
            Some((peak, day)) => raised.set("peak", units(peak)).set("peakOn", day.to_string()),
            None => raised,
        };
        let told = taking.crossed.iter().fold(raised, |row, mark| row.set(mark.attribute(), month.as_str()));
        Ok(transaction.add(taking.conditions().into_iter().fold(told, Write::when)))
    }

    /// Uses so much of what a month includes, such as AI interactions, before the work that it is for is done: never more than
    /// the plan allows where it blocks. Three round trips, again for each race that is lost near a mark. A caller that
    /// cannot tell whether it was done asks for its work's own row first.
    ///
    /// # Errors
    /// `QUOTA_EXCEEDED`, or those of the table.
    pub async fn consume(
        &self,
        resource: Resource,
        amount: u64,
        now: Timestamp,
        cause: LimitCause,
    ) -> Result<(), ResourceError> {
        let outrun = || TableError::Unavailable("the count kept changing".to_owned()).into();
        until_settled(outrun, || async {
            let taking = self.state(resource, now).await?.take(amount)?;
            let mut transaction = Transaction::new();
            self.take(&mut transaction, &taking, cause.clone())?;
            match self.table.transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        })
        .await
    }

    /// Tells of a mark of the limit that a count has passed, once a month: of what is counted first and judged
    /// afterwards, and where the limit is another one since. Two round trips; two more for a mark.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn tell_passed(
        &self,
        resource: Resource,
        now: Timestamp,
        cause: impl Fn() -> LimitCause,
    ) -> Result<(), TableError> {
        let outrun = || TableError::Unavailable("the count kept changing".to_owned());
        until_settled(outrun, || async {
            let Some(passed) = self.state(resource, now).await?.untold() else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            self.take(&mut transaction, &passed, cause())?;
            match self.table.transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error),
            }
        })
        .await
    }

    /// Counts what was made whatever the limit is, and tells of no mark: of a new tenant's owner, who is the first.
    pub fn count(&self, transaction: &mut Transaction, resource: Resource, amount: u64, now: Timestamp) -> Slot {
        transaction.add(Self::change(self.scope, resource, units(amount), now))
    }

    /// As [`ResourceCounts::count`], of calls in the month of `at`, in a transaction that somebody else fills.
    pub fn count_calls(transaction: &mut Transaction, scope: TenantScope, calls: u64, at: Timestamp) -> Slot {
        transaction.add(Self::change(scope, Resource::ApiCalls, units(calls), at))
    }

    /// Gives some of a resource back.
    pub fn give_back(&self, transaction: &mut Transaction, resource: Resource, amount: u64, now: Timestamp) -> Slot {
        transaction.add(Self::change(self.scope, resource, -units(amount), now))
    }

    /// Sets a count to what there is, unless it changed since it was read; what was told of it stays told.
    pub fn repair(&self, transaction: &mut Transaction, state: &ResourceState, found: u64) -> Slot {
        let row = Write::update::<ResourceCount>(Self::key(self.scope, state.resource, state.at));
        let row = row.set("used", units(found)).add("version", 1);
        let row = if state.resource.is_monthly() {
            row.ttl(CalendarMonth::end_after(state.at).plus(MONTH_KEPT))
        } else {
            row
        };
        transaction.add(row.when(state.count.is_unchanged()))
    }

    /// Adds to a transaction that a count is still this one, and that whoever decided by it at the same moment decides
    /// again.
    pub fn hold(&self, transaction: &mut Transaction, state: &ResourceState) -> Slot {
        let row = Write::update::<ResourceCount>(Self::key(self.scope, state.resource, state.at));
        transaction.add(row.add("used", 0).add("version", 1).when(state.count.is_unchanged()))
    }

    fn change(scope: TenantScope, resource: Resource, amount: i64, now: Timestamp) -> Write {
        let row = Write::update::<ResourceCount>(Self::key(scope, resource, now));
        let row = row.add("used", amount).add("version", 1);
        match resource {
            Resource::Users => row.set("changedAt", now.to_string()),
            Resource::StorageBytes => row,
            Resource::ApiCalls | Resource::AiInteractions => row.ttl(CalendarMonth::end_after(now).plus(MONTH_KEPT)),
        }
    }

    /// Where a count is, for reads of several rows at once.
    pub fn key(scope: TenantScope, resource: Resource, now: Timestamp) -> Key {
        if resource.is_monthly() {
            scope.key("LIMITS", format_args!("{resource}#{}", CalendarMonth::of(now)))
        } else {
            scope.key("LIMITS", resource)
        }
    }

    /// The count of a row; nothing is used without one.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn read(row: Option<Item>) -> Result<ResourceCount, TableError> {
        row.map_or_else(|| Ok(ResourceCount::default()), from_item)
    }
}

fn units(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "counts_tests.rs"]
mod tests;
