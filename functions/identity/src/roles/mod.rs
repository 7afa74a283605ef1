//! The roles of a tenant and what they grant.

mod book_change;
pub(crate) mod create_role;
pub(crate) mod delete_role;
pub(crate) mod get_role;
pub(crate) mod known_permissions;
pub(crate) mod list_permissions;
pub(crate) mod list_roles;
mod role_view;
#[cfg(test)]
pub(crate) mod roles_tests;
pub(crate) mod update_role;
