//! Where a tenant wants its events.

pub(crate) mod create_webhook_endpoint;
pub(crate) mod delete_webhook_endpoint;
pub(crate) mod disable_webhook_endpoint;
mod edit;
pub(crate) mod enable_webhook_endpoint;
pub(crate) mod endpoint_body;
pub(crate) mod endpoint_view;
pub(crate) mod get_webhook_endpoint;
pub(crate) mod list_webhook_endpoints;
pub(crate) mod rotate_webhook_secret;
pub(crate) mod test_webhook_endpoint;
pub(crate) mod update_webhook_endpoint;
