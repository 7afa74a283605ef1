//! The interactions of a tenant's month, counted before each request: what its plan blocks is never passed.
//!
//! What a count allows is decided on a state that may be a few seconds old, and written under the condition that the decision still
//! holds. So most requests are one write; near a mark of the limit, or when the condition fails, the state is read again.

use cloud::Fresh;
use events::Cause;
use kernel::{EventId, Resource, TenantId, Timestamp};
use table::{TenantScope, Transaction, WriteError, write_alone};
use tenancy::limits::{CalendarMonth, LimitCause, ResourceCounts, ResourceState};
use web::{Api, Problem, RequestInfo};

/// Counts one interaction. One write; four round trips where the state is not known, and again for each race that is lost near a mark.
///
/// # Errors
/// `QUOTA_EXCEEDED`, or those of the table.
pub(crate) async fn count(api: &Api, scope: TenantScope, info: &RequestInfo, at: Timestamp) -> Result<(), Problem> {
    let counts = ResourceCounts::new(api.table(), scope);
    let cause = || LimitCause { event: EventId::new(api.new_ulid()), cause: Cause::from(info) };
    let known = known(api, scope.tenant(), at).and_then(|state| state.take(1).ok());
    if let Some(taking) = known.filter(|taking| !taking.is_news()) {
        match write_alone(api.table(), |transaction| counts.take(transaction, &taking, cause())).await {
            Ok(_) => return Ok(()),
            Err(WriteError::ConditionFailed { .. }) => {}
            Err(WriteError::Table(error)) => return Err(error.into()),
        }
    }
    counts.consume(Resource::AiInteractions, 1, at, cause()).await?;
    let state = counts.state(Resource::AiInteractions, at).await?;
    api.kept::<Fresh<ResourceState>>().put(scope.tenant(), at, state);
    Ok(())
}

fn known(api: &Api, tenant: TenantId, at: Timestamp) -> Option<ResourceState> {
    let (read_at, state) = api.kept::<Fresh<ResourceState>>().get(tenant, at)?;
    // Another month has another count.
    let is_same_month = CalendarMonth::of(at) == CalendarMonth::of(read_at);
    is_same_month.then_some(ResourceState { at, ..state })
}

/// Gives an interaction back that did not happen after all.
pub(crate) async fn give_back(api: &Api, scope: TenantScope, at: Timestamp) {
    let counts = ResourceCounts::new(api.table(), scope);
    let mut transaction = Transaction::new();
    counts.give_back(&mut transaction, Resource::AiInteractions, 1, at);
    if let Err(error) = api.table().transact(transaction).await {
        tracing::warn!(%error, "an interaction that did not happen stays counted");
    }
}
