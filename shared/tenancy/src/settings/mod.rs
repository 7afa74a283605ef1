//! What a tenant settles for itself beside its security: how it looks, which parts are on, and which rules it keeps.

pub(crate) mod branding;
pub(crate) mod changes;
pub(crate) mod compliance;
pub(crate) mod features;
pub(crate) mod logo;
pub(crate) mod support_url;
