//! What needs somebody.

pub(crate) mod get_admin_dashboard;
