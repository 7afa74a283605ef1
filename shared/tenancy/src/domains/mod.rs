//! Domains of a tenant's own, proven by a record in the domain name system.

pub(crate) mod custom_domain;
pub(crate) mod dns;
pub(crate) mod domain_name;
pub(crate) mod repo;
