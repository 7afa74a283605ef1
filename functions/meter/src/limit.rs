//! A tenant's calls of a month, against what its plan includes: counted first, and judged when they are counted.

use std::collections::BTreeMap;

use cloud::Ctx;
use events::Cause;
use kernel::{EventId, RequestId, Resource, TenantId, Timestamp, Zone};
use metering::{BESIDE, CallCounter, Chunk, CounterOwner};
use table::{TableError, TenantScope, Transaction};
use tenancy::limits::{LimitCause, ResourceCounts};

/// Adds the calls of a piece that are not free to the counts of their months, in the transaction of the piece.
pub(crate) fn count_months(transaction: &mut Transaction, chunk: &Chunk) {
    let CounterOwner::Tenant(tenant) = chunk.owner else { return };
    let mut months: BTreeMap<Timestamp, u64> = BTreeMap::new();
    for (counter, tally) in &chunk.sums {
        if let CallCounter::Day(day) = counter
            && let Ok(month) = Zone::utc().start_of(day.first_of_month())
        {
            let calls = months.entry(month).or_default();
            *calls = calls.saturating_add(tally.billable());
        }
    }
    // What is free changes no count.
    months.retain(|_, calls| *calls > 0);
    if months.len() > BESIDE {
        tracing::warn!(tenant.id = %tenant, months = months.len(), "calls of the oldest months are in no count of a month");
    }
    for (month, calls) in months.into_iter().rev().take(BESIDE) {
        ResourceCounts::count_calls(transaction, TenantScope::new(tenant), calls, month);
    }
}

/// Whether a piece adds to a month: of the pieces of a delivery, the first.
pub(crate) fn counts_a_day(chunk: &Chunk) -> bool {
    chunk.sums.iter().any(|(counter, _)| matches!(counter, CallCounter::Day(_)))
}

/// Tells of a mark of the limit that the present month's calls have passed, once. Two round trips; two more for a mark.
pub(crate) async fn tell(ctx: &Ctx, tenant: TenantId) -> Result<(), TableError> {
    let cause =
        || LimitCause { event: EventId::new(ctx.new_ulid()), cause: Cause::from(RequestId::new(ctx.new_ulid())) };
    ResourceCounts::new(ctx.table(), TenantScope::new(tenant)).tell_passed(Resource::ApiCalls, ctx.now(), cause).await
}
