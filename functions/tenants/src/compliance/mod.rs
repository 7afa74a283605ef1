//! Which sets of rules a tenant keeps.

pub(crate) mod get_compliance_settings;
pub(crate) mod replace_compliance_settings;
