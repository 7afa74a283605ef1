//! Customers: who subscribes, orders, pays, holds a balance and is printed on invoices. A customer is an account, not a
//! login: nobody needs to sign in to be billed, and several users may act for one customer.

mod balance_pays;
mod change;
mod customer;
#[cfg(test)]
mod golden;
mod newcomer;
mod repo;
mod text;

pub use balance_pays::BalancePays;
pub use change::CustomerChange;
pub use customer::{
    Address, Contact, Customer, CustomerError, MAX_PER_USER, MAX_USERS, NewCustomer, TOMBSTONE, TaxExemption,
};
pub use repo::{ActsFor, Customers, Inserted};
pub use text::{ExternalId, ExternalIdError, PlainLine, PlainLineError};
