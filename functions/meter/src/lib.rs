//! The meter: counts the API's calls, woken by the lines that the API's functions write about them.
//!
//! The log delivers at least once and in no order. Counters are added to in pieces that say whose they are, whole or not
//! at all, so that a delivery that comes again, after a crash half-way too, changes nothing. A line that cannot be read is
//! logged and left out: it would be no better the next time. The meter's own log is subscribed by nobody, or each of its
//! lines would make another.
//!
//! The calls of a tenant's month are counted in the same transaction, and afterwards held against what its plan includes
//! ([`limit`]).
//!
//! Round trips: for each delivery one transaction over all tenants, and for each tenant in it one transaction and one read of its
//! count, with a plan in force two; more only where a tenant's routes and callers do not fit into one, and where a mark of the
//! limit is passed.

mod limit;

use cloud::{Ctx, EventError, Function, event, event::LogLine};
use futures::{StreamExt, stream};
use metering::{Call, Chunk, CounterOwner, LogDelivery, RowEffect, record};

/// How many transactions are under way at once.
const AT_ONCE: usize = 4;

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::logs(ctx, meter)
}

/// Counts the calls of a delivery. When one piece fails all of it comes again, and what was counted stays counted once.
async fn meter(ctx: Ctx, lines: Vec<LogLine>) -> Result<(), EventError> {
    let delivery = LogDelivery::new(lines.iter().map(|line| line.id.as_str()), lines.iter().filter_map(call_of));
    let mut failure = None;
    let mut outcomes =
        stream::iter(delivery.chunks().into_iter().map(|chunk| count(&ctx, chunk))).buffer_unordered(AT_ONCE);
    while let Some(outcome) = outcomes.next().await {
        failure = outcome.err().or(failure);
    }
    failure.map_or(Ok(()), Err)
}

/// The call of a line, under the line's id.
fn call_of(line: &LogLine) -> Option<(&str, Call)> {
    match Call::read(&line.message) {
        Ok(call) => call.map(|call| (line.id.as_str(), call)),
        Err(error) => {
            tracing::warn!(%error, line.id, "a line is not counted");
            None
        }
    }
}

async fn count(ctx: &Ctx, chunk: Chunk) -> Result<(), EventError> {
    match record(ctx.table(), &chunk, |tx| limit::count_months(tx, &chunk), ctx.now()).await {
        Ok(RowEffect::Counted) => {}
        Ok(RowEffect::Repeated) => {
            tracing::info!(delivery = chunk.delivery, piece = chunk.number, "calls were counted before");
        }
        Err(error) => {
            tracing::warn!(%error, delivery = chunk.delivery, piece = chunk.number, "calls are not counted; they come again");
            return Err(error.into());
        }
    }
    // Also of what was counted before: it may have ended between the two.
    match chunk.owner {
        CounterOwner::Tenant(tenant) if limit::counts_a_day(&chunk) => Ok(limit::tell(ctx, tenant).await?),
        CounterOwner::Platform | CounterOwner::Tenant(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
