//! The auditor: gives every entry of the audit trail its place in the chain of its day, woken by the table's stream.
//!
//! The stream delivers a tenant's day in order and at least once. An entry that has its place keeps it, and places are
//! given together with the chain's new end or not at all, so that what comes again, in part or as a whole, changes
//! nothing. What is hashed is the entry as the stream saw it written: a row that was changed in the second before it was
//! chained does not match its hash.
//!
//! Round trips: for each tenant and day of a batch, one read of the chain's end with the entries, and one transaction.

mod day;

use cloud::{Ctx, EventError, Function, event};
use day::Day;
use futures::future::join_all;
use identity::{AuditTrail, MAX_CHAINED, audit::AuditEntry};
use serde_json::Value;
use table::{Race, Table, TransactError, until_settled};

use crate::day::{by_day, places};

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::stream(ctx, audit)
}

/// Chains the entries of these rows; how many from the front are done.
async fn audit(ctx: Ctx, rows: Vec<Value>) -> Result<usize, EventError> {
    let total = rows.len();
    let (days, unreadable) = by_day(rows);
    let outcomes = join_all(days.iter().map(|day| chain_day(ctx.table(), day))).await;
    let mut first_failure: Option<(usize, EventError)> = unreadable.map(|(place, error)| {
        tracing::error!(%error, place, "a row is no audit entry; the stream stops before it");
        (place, error.into())
    });
    for (day, outcome) in days.iter().zip(outcomes) {
        let Err((chained, error)) = outcome else { continue };
        tracing::warn!(%error, tenant.id = %day.scope, day = day.name, "entries are not chained; they come again");
        let place = day.entries.get(chained).map_or(0, |(place, _)| *place);
        if first_failure.as_ref().is_none_or(|(first, _)| place < *first) {
            first_failure = Some((place, error));
        }
    }
    match first_failure {
        None => Ok(total),
        Some((0, error)) => Err(error),
        // Entries of other days behind this place come again too, and keep their places.
        Some((place, _)) => Ok(place),
    }
}

/// Chains the entries of one tenant's day, in as few transactions as they fit in; on failure how many are done.
async fn chain_day(table: &dyn Table, day: &Day) -> Result<(), (usize, EventError)> {
    let entries: Vec<AuditEntry> = day.entries.iter().map(|(_, entry)| entry.clone()).collect();
    let mut chained = 0;
    for entries in entries.chunks(MAX_CHAINED) {
        chain(table, day, entries).await.map_err(|error| (chained, error))?;
        chained += entries.len();
    }
    Ok(())
}

async fn chain(table: &dyn Table, day: &Day, entries: &[AuditEntry]) -> Result<(), EventError> {
    let trail = AuditTrail::new(table, day.scope);
    until_settled(
        || "the day's end keeps moving".into(),
        || async {
            let (head, stored) = trail.stored(&day.name, entries).await?;
            let (links, end) = places(day, entries, head.as_ref(), &stored);
            if links.is_empty() {
                return Ok(Race::Settled(()));
            }
            match table.transact(trail.chain(&day.name, &links, head.as_ref(), &end)?).await {
                Ok(()) => Ok(Race::Settled(())),
                // The same entries are with another run, or the day's end has moved: look again.
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

#[cfg(test)]
mod tests;
