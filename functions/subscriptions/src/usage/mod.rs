//! What is used: of features that plans count, and of the API.

mod allowance;
pub(crate) mod create_usage_amendment;
pub(crate) mod import_usage;
pub(crate) mod read_api_usage;
pub(crate) mod read_usage;
pub(crate) mod record_usage;
mod usage_file;
