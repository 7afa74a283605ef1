//! Domains of a tenant's own.

pub(crate) mod create_domain;
pub(crate) mod delete_domain;
mod domain_view;
#[cfg(test)]
mod domains_tests;
pub(crate) mod list_domains;
mod own_domain;
pub(crate) mod verify_domain;
