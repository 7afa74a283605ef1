//! What a handler tells the world: the outbox row of an event.

use kernel::{EventId, TenantId};
use serde_json::Value;
use table::{TableError, Write, outbox};

use crate::{Api, RequestInfo};

impl Api {
    /// The write of an event of a tenant, for the transaction of the change that it tells of. `info` is that of the request
    /// which made the change.
    ///
    /// # Errors
    /// `data` does not serialise.
    pub fn event(&self, tenant_id: TenantId, info: &RequestInfo, name: &str, data: Value) -> Result<Write, TableError> {
        let id = EventId::new(self.new_ulid());
        outbox::write(&outbox::Event {
            id,
            name: name.to_owned(),
            tenant_id,
            occurred_at: self.now(),
            request_id: info.id,
            given_request_id: info.given.clone(),
            data,
        })
    }
}
