//! What happened to a tenant, and what it was at any time.

mod event_view;
pub(crate) mod list_tenant_events;
