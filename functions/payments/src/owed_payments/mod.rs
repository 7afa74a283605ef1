//! Payments of a tenant to the platform.

pub(crate) mod cancel_owed_payment;
pub(crate) mod create_owed_payment;
pub(crate) mod get_owed_payment;
pub(crate) mod list_owed_payments;
mod owed;
pub(crate) mod sync_owed_payment;

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
