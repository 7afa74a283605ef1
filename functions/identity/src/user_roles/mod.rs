//! Giving roles to users and taking them away.

pub(crate) mod grant_role;
pub(crate) mod revoke_role;
pub(crate) mod role_holder;
#[cfg(test)]
mod role_holder_tests;
pub(crate) mod take_role;
