//! Deletes logos that have no place any more; compares the counts of a tenant's resources with what there is, repairs what
//! is off and tells of it, and of each mark of a limit that is passed by now; then puts what a day used beyond the plan onto
//! the tenant's bill, and deletes what of its trail and history is older than it keeps them.
//!
//! A repair is written for the version of the count that was compared: of a change at the same time it is done again. The
//! list of members lags behind their newest changes, so a count that changed within a few minutes is left to the next
//! night. Round trips: the cost of a tenant is that of its members, files and days: two reads and one query per megabyte of
//! each, and one transaction for each count that is off.

use cloud::Ctx;
use events::{
    Cause, UNVERSIONED,
    tenant::limits::{TenantLimitsChecked, TenantUsageRecounted},
};
use identity::{UserFilter, Users};
use jiff::SignedDuration;
use kernel::{EventId, MAX_PAGE, Resource, TenantId, Timestamp, Zone};
use metering::{TenantCalls, UsageError};
use serde::{Deserialize, Serialize};
use table::{Race, TableError, TenantScope, TransactError, Transaction, pages::PageRequest, until_settled};
use tenancy::limits::{KeptFiles, LimitCause, ResourceCounts, ResourceState};

use crate::{
    TenantWorkError, cause,
    usage::{bill_usage::bill_usage, forget_old::forget_old},
};

/// A tenant's night.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recount {
    /// Whose counts.
    pub(crate) recount: TenantId,
    /// When the night's schedule fired.
    pub(crate) at: Timestamp,
}

/// How long the list of members may lag behind a change, and much more.
const LAG: SignedDuration = SignedDuration::from_mins(5);

/// Deletes former logos, repairs the counts of a tenant, and bills the day before. Twice is as once.
pub(crate) async fn recount_tenant(ctx: Ctx, asked: Recount) -> Result<(), TenantWorkError> {
    // First the row, then the bytes: a death in between leaves a picture that is counted no more, and goes with the tenant.
    for path in KeptFiles::new(ctx.table(), TenantScope::new(asked.recount)).drop_logos(ctx.now()).await? {
        ctx.delete_object(&path).await?;
    }
    let counts = ResourceCounts::new(ctx.table(), TenantScope::new(asked.recount));
    let told_by = || LimitCause { event: EventId::new(ctx.new_ulid()), cause: Cause::from(cause(&ctx)) };
    for resource in [Resource::Users, Resource::StorageBytes, Resource::ApiCalls] {
        repair(&ctx, asked.recount, resource).await?;
        // The plan may be a smaller one since.
        counts.tell_passed(resource, ctx.now(), told_by).await?;
    }
    tell_checked(&ctx, counts, asked.recount).await?;
    bill_usage(&ctx, asked.recount, asked.at).await?;
    forget_old(&ctx, asked.recount).await
}

/// Has the operator's figures look at the limits of what the tenant keeps, where it ever neared one: it may be below by now.
async fn tell_checked(ctx: &Ctx, counts: ResourceCounts<'_>, tenant: TenantId) -> Result<(), TenantWorkError> {
    let states = counts.states(ctx.now()).await?;
    let mut kept = states.iter().flatten().filter(|state| !state.resource.is_monthly());
    if !kept.any(|state| state.count.warned_in.is_some() || state.count.reached_in.is_some()) {
        return Ok(());
    }
    let told = TenantLimitsChecked { tenant_id: tenant };
    let mut transaction = Transaction::new();
    ctx.insert_event(&mut transaction, TenantId::PLATFORM, cause(ctx), UNVERSIONED, &told)?;
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        Err(TransactError::Cancelled(cancelled)) => Err(TableError::Unavailable(cancelled.to_string()).into()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

async fn repair(ctx: &Ctx, tenant: TenantId, resource: Resource) -> Result<(), TenantWorkError> {
    let scope = TenantScope::new(tenant);
    let counts = ResourceCounts::new(ctx.table(), scope);
    until_settled(
        || TenantWorkError::Outrun,
        || async {
            let state = counts.state(resource, ctx.now()).await?;
            if state.count.changed_at.is_some_and(|at| ctx.now().since(at) < LAG) {
                return Ok(Race::Settled(()));
            }
            let found = found(ctx, scope, resource).await?;
            if i64::try_from(found).is_ok_and(|found| found == state.count.used) {
                return Ok(Race::Settled(()));
            }
            let mut transaction = Transaction::new();
            counts.repair(&mut transaction, &state, found);
            let told = told(&state, found);
            ctx.insert_event(&mut transaction, tenant, cause(ctx), state.tenant_version, &told)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => {
                    let counted = state.count.used;
                    tracing::warn!(tenant.id = %tenant, %resource, counted, found, "a count was off and is repaired");
                    Ok(Race::Settled(()))
                }
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// How much there is.
async fn found(ctx: &Ctx, scope: TenantScope, resource: Resource) -> Result<u64, TableError> {
    match resource {
        Resource::Users => members(ctx, scope).await,
        Resource::StorageBytes => KeptFiles::new(ctx.table(), scope).total().await,
        Resource::ApiCalls => {
            let calls = TenantCalls::new(ctx.table(), scope).of_month(ctx.now().date_in(&Zone::utc())).await;
            calls.map_err(|error| match error {
                UsageError::Table(error) => error,
                UsageError::TooMuch => TableError::Corrupt(error.to_string()),
            })
        }
        // Nothing else tells of them.
        Resource::AiInteractions => {
            let state = ResourceCounts::new(ctx.table(), scope).state(resource, ctx.now()).await?;
            Ok(state.count.units())
        }
    }
}

async fn members(ctx: &Ctx, scope: TenantScope) -> Result<u64, TableError> {
    let (users, filter) = (Users::new(ctx.table(), scope), UserFilter::default());
    let mut request = PageRequest::first::<MAX_PAGE>();
    let mut members = 0;
    loop {
        let page = users.list(&filter, &request).await?;
        members += page.items.iter().fold(0, |sum: u64, user| sum + u64::from(user.is_active_member()));
        request.after = page.last;
        if request.after.is_none() {
            return Ok(members);
        }
    }
}

fn told(state: &ResourceState, found: u64) -> TenantUsageRecounted {
    TenantUsageRecounted { tenant_id: state.tenant, resource: state.resource, counted: state.count.used, found }
}
