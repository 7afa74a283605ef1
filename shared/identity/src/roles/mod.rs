//! Roles, permissions, and who holds them.

mod held;
pub(crate) mod permission;
pub(crate) mod repo;
pub(crate) mod role;
pub(crate) mod role_change;
