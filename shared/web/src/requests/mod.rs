//! What a request says, parsed before a handler sees it.

pub(crate) mod body;
pub(crate) mod bodyless;
pub(crate) mod cursor;
pub(crate) mod day;
pub(crate) mod early;
pub(crate) mod edit;
pub(crate) mod file;
pub(crate) mod id;
pub(crate) mod idempotency;
pub(crate) mod precondition;
pub(crate) mod query;
pub(crate) mod query_names;
pub(crate) mod request;
pub(crate) mod samples;
