//! The events about sales of a day, in files: an Apache Parquet file for each hour of UTC that has any, below
//! `tenants/<tenant>/sales/date=<day>/hour=<hour>.parquet`. Each row is an event as it was published.
//!
//! The first event of a day that is heard of puts the day on the agenda, an hour after its end. A file is a function of the
//! events that the tenant's outbox has, which keeps them for a week: who writes a file again writes the same, and an event that
//! came late puts its day on the agenda again. Round trips of a day: 24 queries, each again for every megabyte, a write of each file,
//! one of the agenda.

use std::collections::BTreeSet;

use analytics::{ParquetColumn, ParquetValues, parquet};
use cloud::Ctx;
use events::{
    Event, Payload,
    credit_note::CreditNoteIssued,
    invoice::{InvoicePaid, InvoiceVoided},
    order::{OrderConfirmed, OrderPlaced},
    order_course::{OrderCancelled, OrderExpired, OrderRefunded, OrderReturned},
    payment::{PaymentRefunded, PaymentSucceeded},
};
use jiff::SignedDuration;
use kernel::{Date, TenantId, Timestamp, Zone};
use table::{
    TableError, TenantScope, WriteError,
    agenda::{self, Due, DueKind},
    outbox, write_alone,
};
use tokio::sync::Mutex;

use crate::error::SalesError;

/// Which events are put into files: those that orders are counted by, but for what a provider says in its own words.
pub(crate) const ARCHIVED: [&str; 11] = [
    CreditNoteIssued::NAME,
    InvoicePaid::NAME,
    InvoiceVoided::NAME,
    OrderCancelled::NAME,
    OrderConfirmed::NAME,
    OrderExpired::NAME,
    OrderPlaced::NAME,
    OrderRefunded::NAME,
    OrderReturned::NAME,
    PaymentRefunded::NAME,
    PaymentSucceeded::NAME,
];
/// How long after the end of a day its events are put into files.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);
/// How many days of tenants are remembered to be on the agenda; then all are forgotten.
const MOST: usize = 10_000;

/// Which days of which tenants are on the agenda already, as far as this process knows: one write for each is enough.
#[derive(Debug, Default)]
pub(crate) struct Planned(Mutex<BTreeSet<(TenantId, Date)>>);

/// Puts the day of an event on the agenda.
pub(crate) async fn plan_day(ctx: &Ctx, planned: &Planned, event: &Event) -> Result<(), SalesError> {
    let (scope, day) = (TenantScope::new(event.tenant_id), event.occurred_at.date_in(&Zone::utc()));
    let (due_at, now) = (end_of(day)?.plus(PATIENCE), ctx.now());
    // Once it is due, somebody may be at it who has not seen this event: it is due again, at another instant.
    let (is_over, at) = (due_at <= now, due_at.max(now));
    let mut days = planned.0.lock().await;
    if !is_over && days.contains(&(event.tenant_id, day)) {
        return Ok(());
    }
    let fill = |transaction: &mut _| agenda::set(transaction, scope, DueKind::SalesArchive, day, at);
    match write_alone(ctx.table(), fill).await {
        // It has no condition.
        Ok(_) | Err(WriteError::ConditionFailed { .. }) => {}
        Err(WriteError::Table(error)) => return Err(error.into()),
    }
    if days.len() >= MOST {
        days.clear();
    }
    days.insert((event.tenant_id, day));
    Ok(())
}

/// Puts the events of a day into files.
pub(crate) async fn archive_day(ctx: &Ctx, due: &Due) -> Result<(), SalesError> {
    let (scope, day) = (due.scope(), due.thing::<Date>()?);
    let start = Zone::utc().start_of(day).map_err(|_| out_of_time(day))?;
    for hour in 0..24 {
        let instant = start.plus(SignedDuration::from_hours(hour));
        let mut events = outbox::of_hour(ctx.table(), scope, instant, None).await?;
        events.retain(|event| ARCHIVED.contains(&event.name.as_str()));
        if events.is_empty() {
            continue;
        }
        let file = parquet(&columns(&events))
            .ok_or_else(|| TableError::Corrupt(format!("the events of an hour of {day} fit into no file")))?;
        let path = format!("tenants/{}/sales/date={day}/hour={hour:02}.parquet", scope.tenant());
        ctx.put_object(&path, "application/vnd.apache.parquet", file).await?;
    }
    Ok(agenda::finish(ctx.table(), due).await?)
}

fn end_of(day: Date) -> Result<Timestamp, TableError> {
    let tomorrow = day.tomorrow().map_err(|_| out_of_time(day))?;
    Zone::utc().start_of(tomorrow).map_err(|_| out_of_time(day))
}

fn out_of_time(day: Date) -> TableError {
    TableError::Corrupt(format!("{day} is no day of an event"))
}

fn columns(events: &[Event]) -> Vec<ParquetColumn> {
    let texts = |of: fn(&Event) -> String| ParquetValues::Texts(events.iter().map(of).collect());
    let numbers = |of: fn(&Event) -> i64| events.iter().map(of).collect::<Vec<i64>>();
    vec![
        ParquetColumn { name: "id", values: texts(|event| event.id.to_string()) },
        ParquetColumn { name: "type", values: texts(|event| event.name.clone()) },
        ParquetColumn { name: "version", values: ParquetValues::Numbers(numbers(|event| i64::from(event.version))) },
        ParquetColumn {
            name: "occurred_at",
            values: ParquetValues::Instants(numbers(|event| event.occurred_at.as_millis())),
        },
        ParquetColumn { name: "subject", values: texts(|event| event.subject.clone()) },
        ParquetColumn {
            name: "subject_version",
            values: ParquetValues::Numbers(numbers(|event| i64::try_from(event.subject_version).unwrap_or(i64::MAX))),
        },
        ParquetColumn {
            name: "data",
            values: ParquetValues::Documents(events.iter().map(|event| event.data.to_string()).collect()),
        },
    ]
}
