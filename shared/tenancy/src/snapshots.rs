//! What a tenant was at any time, without all of its history: every 32nd version of it is kept beside it, and only the events
//! after the last of these are played.
//!
//! | Partition | Sort key | What |
//! |---|---|---|
//! | `TENANT` | `AT#<version>` | the tenant in that version |
//! | `TENANT` | `BASE` | the tenant as it was when what was before was forgotten |

use events::{Event, Payload, tenant::TenantCreated};
use jiff::SignedDuration;
use kernel::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, MAX_WRITES, Query, Record, Table, TableError, TenantScope, TransactError, Transaction, Write,
    from_item, outbox, pages,
};

use crate::{HistoryError, Tenant};

/// Which versions are kept: those that this divides.
pub const KEPT_EVERY: u64 = 32;

/// A version of a tenant.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TenantSnapshot(Tenant);

impl Record for TenantSnapshot {
    const ROWS: &'static [&'static str] = &["TENANT / AT#{version}"];
}

/// A tenant as it was when all that it was before was forgotten.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TenantBase {
    tenant: Tenant,
    /// The first instant of which its history is known.
    from: Timestamp,
    version: u64,
}

impl Record for TenantBase {
    const ROWS: &'static [&'static str] = &["TENANT / BASE"];
}

/// Keeps a version of a tenant with the change that makes it, where it is one to be kept.
///
/// # Errors
/// `Corrupt` when it does not serialise.
pub(crate) fn keep(transaction: &mut Transaction, tenant: &Tenant) -> Result<(), TableError> {
    if tenant.version.is_multiple_of(KEPT_EVERY) {
        transaction.add(Write::put(key(tenant.id, tenant.version), &TenantSnapshot(tenant.clone()))?);
    }
    Ok(())
}

/// What a tenant, as it is now, was at an instant; `None` before its sign-up. A query and a read; a query more for each 500 events between the
/// instant and the last version before it that was kept.
///
/// # Errors
/// Those of the table; `Corrupt` when its history lacks a change.
pub async fn tenant_at(table: &dyn Table, of: &Tenant, instant: Timestamp) -> Result<Option<Tenant>, TableError> {
    let (id, scope) = (of.id, TenantScope::new(of.id));
    let (mut events, mut after) = (Vec::new(), None);
    let (mut known, mut looked_for): (Option<Tenant>, u64) = (None, 0);
    loop {
        let part = outbox::history_until(table, scope, instant, after).await?;
        let told = part.items.into_iter().map(|event| since_sign_up(event, of));
        events.extend(told.filter(|event| event.occurred_at <= instant));
        let newest = events.iter().map(|event| event.subject_version).max().unwrap_or_default();
        let kept = newest - newest % KEPT_EVERY;
        if kept != looked_for {
            looked_for = kept;
            let row = table.get(&key(id, kept)).await?;
            known = row.map(from_item::<TenantSnapshot>).transpose()?.map(|TenantSnapshot(tenant)| tenant);
        }
        let told = Tenant::at(known.clone(), &events, instant);
        match (told, part.last) {
            // The change that is missing, or the first that happened by then, is further back.
            (Err(HistoryError::Gap { .. }) | Ok(None), Some(last)) => after = Some(last),
            (told @ (Err(HistoryError::Gap { .. }) | Ok(None)), None) => {
                let told = match base(table, id).await? {
                    Some(base) if instant >= base.from => Tenant::at(Some(base.tenant), &events, instant),
                    Some(_) => Ok(None),
                    None => told,
                };
                return told.map_err(|error| TableError::Corrupt(error.to_string()));
            }
            (told, _) => return told.map_err(|error| TableError::Corrupt(error.to_string())),
        }
    }
}

/// Forgets what a tenant was before an instant, for good: the events of before and the versions that were kept, but for the one that
/// it was at that instant, from which its history goes on. Half done it is done again; twice is as once. Round trips: some for that version, and one query and five
/// transactions for each 500 events.
///
/// # Errors
/// Those of the table; `Corrupt` when its history lacks a change.
pub async fn forget_history(table: &dyn Table, of: &Tenant, before: Timestamp) -> Result<(), TableError> {
    let (id, scope) = (of.id, TenantScope::new(of.id));
    let known = base(table, id).await?;
    let from = known.as_ref().map_or(before, |known| known.from.max(before));
    if known.as_ref().is_none_or(|known| known.from < from) {
        let last = from.plus(SignedDuration::from_millis(-1));
        // One that signed up since has nothing to be forgotten.
        let Some(tenant) = tenant_at(table, of, last).await? else { return Ok(()) };
        let version = known.map_or(1, |known| known.version + 1);
        let row = Write::put(base_key(id), &TenantBase { tenant, from, version })?;
        let mut transaction = Transaction::new();
        transaction.add(row.when(Condition::follows(version)));
        match table.transact(transaction).await {
            Ok(()) => {}
            // Another did the same; the next night sees to what is left.
            Err(TransactError::Cancelled(_)) => return Ok(()),
            Err(TransactError::Table(error)) => return Err(error),
        }
    }
    let Some(kept) = base(table, id).await? else { return Ok(()) };
    let former = Query::partition(scope.partition("TENANT")).between(sort_of(0), sort_of(kept.tenant.version));
    let former = pages::all::<TenantSnapshot>(table, former).await?;
    let former = former.iter().filter(|TenantSnapshot(one)| one.version < kept.tenant.version);
    delete(table, former.map(|TenantSnapshot(one)| key(id, one.version)).collect()).await?;
    let mut after = None;
    loop {
        let part = outbox::history_until(table, scope, from, after).await?;
        let old = part.items.iter().filter(|event| event.occurred_at < from);
        delete(table, old.map(outbox::key_of).collect()).await?;
        after = part.last;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Deletes rows, whether they are there or not.
async fn delete(table: &dyn Table, keys: Vec<Key>) -> Result<(), TableError> {
    for some in keys.chunks(MAX_WRITES) {
        let mut transaction = Transaction::new();
        for key in some {
            transaction.add(Write::delete(key.clone()));
        }
        table.transact(transaction).await.map_err(|error| match error {
            TransactError::Cancelled(cancelled) => TableError::Unavailable(cancelled.to_string()),
            TransactError::Table(error) => error,
        })?;
    }
    Ok(())
}

async fn base(table: &dyn Table, id: TenantId) -> Result<Option<TenantBase>, TableError> {
    table.get(&base_key(id)).await?.map(from_item).transpose()
}

fn base_key(id: TenantId) -> Key {
    TenantScope::new(id).key("TENANT", "BASE")
}

/// A tenant is there from when it says that it was made, which may be a moment before its event was.
fn since_sign_up(event: Event, of: &Tenant) -> Event {
    let begins = event.name == TenantCreated::NAME;
    Event { occurred_at: if begins { of.created_at } else { event.occurred_at }, ..event }
}

fn key(id: TenantId, version: u64) -> Key {
    TenantScope::new(id).key("TENANT", sort_of(version))
}

fn sort_of(version: u64) -> String {
    format!("AT#{version:012}")
}
