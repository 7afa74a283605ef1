//! Events that leave in the transaction of the change that they tell of.
//!
//! The row is written beside the change; the relay, woken by the table's stream, publishes it. A crash between the
//! two loses nothing, and a consumer that sees an event twice knows it by its id.

use kernel::{EventId, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Condition, Item, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

/// The sort-key prefix of outbox rows, which the stream mapping of the relay filters on.
pub const SORT_PREFIX: &str = "OUT#";

/// Where the events of a tenant's history are listed.
const HISTORY: &str = "HISTORY";

/// How long a published row is kept, for replay: 7 days.
const REPLAYED_SECONDS: i64 = 7 * 24 * 3600;

/// Who may see an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The tenant's own systems too.
    Public,
    /// Only functions of ours.
    Internal,
}

/// How long the row of an event is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// For 7 days, so that it can be published again.
    ForReplay,
    /// As long as its tenant, listed in the tenant's history.
    AsHistory,
}

/// One event, as stored and as published in `detail`. It never carries secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The same on every delivery.
    pub id: EventId,
    /// What happened, such as `invoice.issued`.
    #[serde(rename = "type")]
    pub name: String,
    /// In which version of its data.
    pub version: u16,
    /// In which tenant.
    pub tenant_id: kernel::TenantId,
    /// When the change was made.
    pub occurred_at: Timestamp,
    /// The request that made it.
    pub request_id: RequestId,
    /// What its caller called it in `X-Request-Id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_request_id: Option<String>,
    /// The id of what it happened to.
    pub subject: String,
    /// Which version of the subject the change made. A bus keeps no order: of two events about one subject, the one with
    /// the higher version is the later one. 0 for subjects that have no versions.
    pub subject_version: u64,
    /// Who may see it.
    pub audience: Audience,
    /// What a consumer needs to know, by event type.
    pub data: Value,
}

impl Record for Event {
    const ROWS: &'static [&'static str] = &["OUT#{hour} / OUT#{event}"];
}

/// Puts an event into the outbox of its tenant. Only `events::insert` calls this: it knows the event's type.
///
/// # Errors
/// `Corrupt` when the event does not serialise.
pub fn insert(transaction: &mut Transaction, event: &Event, kept: Kept) -> Result<Slot, TableError> {
    let scope = TenantScope::new(event.tenant_id);
    let row = Write::put(key_of(event), event)?.when(Condition::NotExists);
    Ok(transaction.add(match kept {
        Kept::ForReplay => row.set("ttl", event.occurred_at.as_seconds() + REPLAYED_SECONDS),
        Kept::AsHistory => row.gsi1(scope.gsi1(HISTORY, event.id)),
    }))
}

/// Where an event is.
pub fn key_of(event: &Event) -> Key {
    let hour = hour_of(event.occurred_at);
    TenantScope::new(event.tenant_id).key(format_args!("OUT#{hour}"), format_args!("{SORT_PREFIX}{}", event.id))
}

/// The history of a tenant: all events that were written to be kept, in the order of their ids. One round trip per
/// megabyte.
///
/// # Errors
/// Those of the table.
pub async fn history(table: &dyn Table, scope: TenantScope) -> Result<Vec<Event>, TableError> {
    pages::all(table, Query::gsi1(scope.partition(HISTORY))).await
}

/// How many events of a history one round trip brings at most: some hundred kilobytes.
const HISTORY_ROWS: u16 = 500;
/// How much later than it says that it occurred an event may have got its id.
const ID_MARGIN_MILLIS: i64 = 60_000;

/// A part of that history, newest first, which has all that occurred up to an instant, behind the `last` of the part before it.
/// What occurred within the minute after the instant may be there too. One round trip.
///
/// # Errors
/// Those of the table; `Corrupt` when there is an event that cannot be read.
pub async fn history_until(
    table: &dyn Table,
    scope: TenantScope,
    instant: Timestamp,
    after: Option<Item>,
) -> Result<Listed<Event>, TableError> {
    let millis = u64::try_from(instant.as_millis().saturating_add(ID_MARGIN_MILLIS)).unwrap_or_default();
    let newest = EventId::new(ulid::Ulid::from_parts(millis, u128::MAX));
    let query = Query::gsi1(scope.partition(HISTORY)).at_most(newest.to_string()).descending();
    let found = table.query(query.limit(HISTORY_ROWS).after(after)).await?;
    let items = found.items.into_iter().map(from_item).collect::<Result<_, _>>()?;
    Ok(Listed { items, last: found.last })
}

/// One page of that history, newest first: the events that `keep` wants. One round trip, or up to ten where it wants few.
///
/// # Errors
/// Those of the table.
pub async fn history_page(
    table: &dyn Table,
    scope: TenantScope,
    request: &PageRequest,
    keep: impl Fn(&Event) -> bool,
) -> Result<Listed<Event>, TableError> {
    pages::page(table, Query::gsi1(scope.partition(HISTORY)).descending(), request, keep).await
}

/// The events of one tenant that happened in the hour of `instant`, in the order of their ids, behind `after` if it is
/// given. One round trip per megabyte.
///
/// # Errors
/// Those of the table.
pub async fn of_hour(
    table: &dyn Table,
    scope: TenantScope,
    instant: Timestamp,
    after: Option<EventId>,
) -> Result<Vec<Event>, TableError> {
    // Ids have one length, so that `~` puts the place right behind the id.
    let first = after.map_or_else(|| SORT_PREFIX.to_owned(), |id| format!("{SORT_PREFIX}{id}~"));
    let partition = scope.partition(format_args!("OUT#{}", hour_of(instant)));
    pages::all(table, Query::partition(partition).between(first, format!("{SORT_PREFIX}~"))).await
}

/// `2026112101` for any instant of that hour: one outbox partition per tenant and hour.
fn hour_of(instant: Timestamp) -> String {
    instant.to_string().chars().filter(char::is_ascii_digit).take(10).collect()
}
