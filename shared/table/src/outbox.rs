//! Events that leave in the transaction of the change that they tell of.
//!
//! The row is written beside the change; the relay, woken by the table's stream, publishes it. A crash between the
//! two loses nothing, and a consumer that sees an event twice knows it by its id.

use kernel::{EventId, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Condition, Query, Table, TableError, TenantScope, Write, from_item, to_item};

/// The sort-key prefix of outbox rows, which the stream mapping of the relay filters on.
pub const SORT_PREFIX: &str = "OUT#";

/// How long a published row is kept, for replay: 7 days.
const KEPT: i64 = 7 * 24 * 3600;

/// One event, as stored and as published in `detail`. It never carries secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The same on every delivery.
    pub id: EventId,
    /// What happened, such as `invoice.issued`.
    #[serde(rename = "type")]
    pub name: String,
    /// In which tenant.
    pub tenant_id: kernel::TenantId,
    /// When the change was made.
    pub occurred_at: Timestamp,
    /// The request that made it.
    pub request_id: RequestId,
    /// What its caller called it in `X-Request-Id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_request_id: Option<String>,
    /// What a consumer needs to know, by event type.
    pub data: Value,
}

/// The write that puts an event into the outbox of its tenant.
///
/// # Errors
/// `Corrupt` when the event does not serialise.
pub fn write(event: &Event) -> Result<Write, TableError> {
    let scope = TenantScope::new(event.tenant_id);
    let key = scope.key(format_args!("OUT#{}", hour_of(event.occurred_at)), format_args!("{SORT_PREFIX}{}", event.id));
    let expires = event.occurred_at.as_seconds() + KEPT;
    Ok(Write::put(key, to_item(event)?).set("ttl", expires).when(Condition::NotExists))
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
    let query = Query::partition(partition).between(first, format!("{SORT_PREFIX}~"));
    let (mut events, mut last) = (Vec::new(), None);
    loop {
        let page = table.query(query.clone().after(last)).await?;
        for row in page.items {
            events.push(from_item(row)?);
        }
        last = page.last;
        if last.is_none() {
            return Ok(events);
        }
    }
}

/// `2026112101` for any instant of that hour: one outbox partition per tenant and hour.
fn hour_of(instant: Timestamp) -> String {
    instant.to_string().chars().filter(char::is_ascii_digit).take(10).collect()
}
