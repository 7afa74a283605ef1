//! The API keys of a tenant's servers, and the tokens that are made with them.

mod api_key_view;
pub(crate) mod create_api_key;
pub(crate) mod create_service_token;
pub(crate) mod delete_api_key;
pub(crate) mod list_api_keys;
