//! An event of a tenant's life, as callers see it.

use kernel::{EventId, RequestId, Timestamp};
use serde::Serialize;
use serde_json::Value;
use table::outbox::Event;
use utoipa::ToSchema;

/// Something that happened to the tenant itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantEventView {
    pub id: EventId,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(example = "tenant.suspended")]
    pub name: String,
    /// In which version of its data.
    pub version: u16,
    /// When.
    pub occurred_at: Timestamp,
    /// The request that made it.
    pub request_id: RequestId,
    /// Which version of the tenant it made, or, of one that changes nothing, which it found.
    pub tenant_version: u64,
    /// What there is to know of it, by its type.
    #[schema(value_type = Object, example = json!({ "reason": "Spam was sent" }))]
    pub data: Value,
}

impl From<Event> for TenantEventView {
    fn from(event: Event) -> Self {
        Self {
            id: event.id,
            name: event.name,
            version: event.version,
            occurred_at: event.occurred_at,
            request_id: event.request_id,
            tenant_version: event.subject_version,
            data: event.data,
        }
    }
}
