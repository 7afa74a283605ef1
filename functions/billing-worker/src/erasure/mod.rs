//! What is forgotten of a customer who was erased, beside the customer itself.

pub(crate) mod forget_accounts;
#[cfg(test)]
mod forget_accounts_tests;
pub(crate) mod forget_methods;
#[cfg(test)]
mod forget_methods_tests;
pub(crate) mod forget_transfers;
#[cfg(test)]
mod forget_transfers_tests;
