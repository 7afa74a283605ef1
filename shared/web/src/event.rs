//! What a handler tells the world: the outbox row of an event.

use events::{Meta, Payload};
use kernel::{EventId, TenantId};
use table::{TableError, Write};

use crate::{Api, RequestInfo};

impl Api {
    /// The write of an event of a tenant, for the transaction of the change that it tells of. `info` is that of the request
    /// which made the change, `subject_version` the version of the subject that the change made.
    ///
    /// # Errors
    /// `payload` does not serialise.
    pub fn event<P: Payload>(
        &self,
        tenant_id: TenantId,
        info: &RequestInfo,
        subject_version: u64,
        payload: &P,
    ) -> Result<Write, TableError> {
        let meta = Meta {
            id: EventId::new(self.new_ulid()),
            tenant_id,
            occurred_at: self.now(),
            request_id: info.id,
            given_request_id: info.given.clone(),
            subject_version,
        };
        events::write(&meta, payload)
    }
}
