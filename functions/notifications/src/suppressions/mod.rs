//! Addresses and numbers that nothing is sent to any more.

pub(crate) mod delete_suppression;
pub(crate) mod list_suppressions;
pub(crate) mod suppression_view;
