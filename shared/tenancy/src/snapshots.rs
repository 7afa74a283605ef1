//! What a tenant was at any time, without all of its history: every 32nd version of it is kept beside it, and only the events
//! after the last of these are played.
//!
//! | Partition | Sort key | What |
//! |---|---|---|
//! | `TENANT` | `AT#<version>` | the tenant in that version |

use events::{Event, Payload, tenant::TenantCreated};
use kernel::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Record, Table, TableError, TenantScope, Transaction, Write, from_item, outbox};

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
            (told, _) => return told.map_err(|error| TableError::Corrupt(error.to_string())),
        }
    }
}

/// A tenant is there from when it says that it was made, which may be a moment before its event was.
fn since_sign_up(event: Event, of: &Tenant) -> Event {
    let begins = event.name == TenantCreated::NAME;
    Event { occurred_at: if begins { of.created_at } else { event.occurred_at }, ..event }
}

fn key(id: TenantId, version: u64) -> table::Key {
    TenantScope::new(id).key("TENANT", format_args!("AT#{version:012}"))
}
