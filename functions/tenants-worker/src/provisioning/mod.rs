//! What is set up for a new tenant after its sign-up.

pub(crate) mod provision_tenant;
mod steps;
