//! What a tenant demands of its users.

pub(crate) mod get_security_settings;
pub(crate) mod replace_security_settings;
mod security_settings;
