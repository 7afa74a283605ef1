//! Staff acts as a user for a quarter of an hour, to see what the user sees.

pub(crate) mod create_impersonation;
pub(crate) mod end_impersonation;
pub(crate) mod impersonation_view;
pub(crate) mod list_impersonations;
