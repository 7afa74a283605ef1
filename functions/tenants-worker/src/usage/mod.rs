//! Every night: the counts of what tenants use are compared with what there is, what is used beyond their plans goes onto
//! their invoices, and what they keep no longer is deleted.

pub(crate) mod bill_usage;
pub(crate) mod forget_old;
pub(crate) mod recount_tenant;
#[cfg(test)]
mod recount_tests;
pub(crate) mod start_recounts;
