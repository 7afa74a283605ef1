//! What a tenant pays the platform by: saved payment methods in the platform's books, of the tenant as a customer.

pub(crate) mod create_owed_payment_method;
pub(crate) mod create_owed_payment_method_setup;
pub(crate) mod delete_owed_payment_method;
pub(crate) mod list_owed_payment_methods;
pub(crate) mod make_default_owed_payment_method;
#[cfg(test)]
mod owed_method_tests;
mod own_book;
