//! Users: what they are, what is done with them, and where they are kept.

pub(crate) mod address_index;
pub(crate) mod claim;
pub(crate) mod directory;
pub(crate) mod membership;
pub(crate) mod preferences;
pub(crate) mod profile;
pub(crate) mod repo;
pub(crate) mod suspension;
pub(crate) mod user;
pub(crate) mod user_import;
