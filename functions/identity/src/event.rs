//! The events of this group.

use kernel::{EventId, TenantId};
use serde_json::Value;
use table::{TableError, Write, outbox};
use web::{Api, RequestInfo};

/// The write of an event into the outbox of a tenant, for the transaction of the change that it tells of.
///
/// # Errors
/// It does not serialise.
pub(crate) fn event(
    api: &Api,
    info: &RequestInfo,
    tenant_id: TenantId,
    name: &str,
    data: Value,
) -> Result<Write, TableError> {
    outbox::write(&outbox::Event {
        id: EventId::new(api.new_ulid()),
        name: name.to_owned(),
        tenant_id,
        occurred_at: api.now(),
        request_id: info.id,
        data,
    })
}
