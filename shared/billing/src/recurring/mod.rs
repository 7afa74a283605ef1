//! Recurring invoices: the same lines again and again, without a plan.

pub(crate) mod fault;
pub(crate) mod recurring_invoice;
pub(crate) mod repo;

#[cfg(test)]
mod tests;
