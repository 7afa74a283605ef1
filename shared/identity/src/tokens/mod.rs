//! Access and service tokens, and the keys that sign them.

pub(crate) mod error;
pub(crate) mod keyring;
pub(crate) mod service_token;
pub(crate) mod token;
