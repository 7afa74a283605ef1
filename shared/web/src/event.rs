//! What a handler tells the world: the outbox row of an event.

use kernel::{EventId, RequestId, TenantId};
use serde_json::Value;
use table::{TableError, Write, outbox};

use crate::Api;

impl Api {
    /// The write of an event of a tenant, for the transaction of the change that it tells of. `request_id` is that of the
    /// request which made the change.
    ///
    /// # Errors
    /// `data` does not serialise.
    pub fn event(
        &self,
        tenant_id: TenantId,
        request_id: RequestId,
        name: &str,
        data: Value,
    ) -> Result<Write, TableError> {
        let id = EventId::new(self.new_ulid());
        outbox::write(&outbox::Event {
            id,
            name: name.to_owned(),
            tenant_id,
            occurred_at: self.now(),
            request_id,
            data,
        })
    }
}
