//! How an event gets into the outbox.

use kernel::{EventId, RequestId, TenantId, Timestamp};
use table::{
    Slot, TableError, Transaction,
    outbox::{self, Event, Kept},
};

use crate::Payload;

/// The version of subjects that have none, such as addresses.
pub const UNVERSIONED: u64 = 0;

/// What an event says beside its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The same on every delivery.
    pub id: EventId,
    /// In which tenant.
    pub tenant_id: TenantId,
    /// When the change was made.
    pub occurred_at: Timestamp,
    /// The request that made it.
    pub request_id: RequestId,
    /// What its caller called it in `X-Request-Id`.
    pub given_request_id: Option<String>,
    /// Which version of its subject the change made.
    pub subject_version: u64,
}

/// What a change goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The request that made it.
    pub request_id: RequestId,
    /// What its caller called it in `X-Request-Id`.
    pub given_request_id: Option<String>,
}

impl From<RequestId> for Cause {
    fn from(request_id: RequestId) -> Self {
        Self { request_id, given_request_id: None }
    }
}

/// The write of an event, for the transaction of the change that it tells of. It is the only way into the outbox.
///
/// What happens to a tenant itself is kept as long as the tenant, so that its state at any time can be told; every other
/// event for seven days, so that it can be published again.
///
/// # Errors
/// `Corrupt` when the data does not serialise.
#[expect(clippy::disallowed_methods, reason = "this is the one way")]
pub fn insert<P: Payload>(transaction: &mut Transaction, meta: &Meta, payload: &P) -> Result<Slot, TableError> {
    let event = record(meta, payload)?;
    let kept = if event.subject == event.tenant_id.to_string() { Kept::AsHistory } else { Kept::ForReplay };
    outbox::insert(transaction, &event, kept)
}

/// An event as it is stored and published.
///
/// # Errors
/// `Corrupt` when the data does not serialise.
pub fn record<P: Payload>(meta: &Meta, payload: &P) -> Result<Event, TableError> {
    let data = serde_json::to_value(payload).map_err(|error| TableError::Corrupt(error.to_string()))?;
    Ok(Event {
        id: meta.id,
        name: P::NAME.to_owned(),
        version: P::VERSION,
        tenant_id: meta.tenant_id,
        occurred_at: meta.occurred_at,
        request_id: meta.request_id,
        given_request_id: meta.given_request_id.clone(),
        subject: payload.subject().to_string(),
        subject_version: meta.subject_version,
        audience: P::AUDIENCE,
        data,
    })
}
