//! Customers, and who acts for them.

pub(crate) mod create_customer;
mod customer_view;
pub(crate) mod erase_customer;
pub(crate) mod get_customer;
pub(crate) mod get_customer_balance;
pub(crate) mod list_customers;
pub(crate) mod remove_customer_user;
pub(crate) mod update_customer;
