//! Payment methods that customers save.

pub(crate) mod create_payment_method;
pub(crate) mod create_payment_method_setup;
#[cfg(test)]
mod create_payment_method_tests;
pub(crate) mod delete_payment_method;
#[cfg(test)]
mod delete_payment_method_tests;
pub(crate) mod list_payment_methods;
pub(crate) mod make_default_payment_method;
pub(crate) mod method_token;
pub(crate) mod payment_method_view;
#[cfg(test)]
mod saved_payment_tests;
