//! A customer that comes with the first thing it does: an order, a subscription, a review.

use events::{
    Meta,
    customer::{CustomerCreated, CustomerUserAdded},
};
use kernel::UserId;
use table::{Condition, TableError, Transaction, Write};

use crate::{ActsFor, Customer, Customers};

impl Customers<'_> {
    /// Adds a new customer to a transaction, with the user who acts for it if there is one, and what is told of both. `meta` is of
    /// the customer's version. Up to four writes, and one more for an external id.
    ///
    /// # Errors
    /// `Corrupt` when a row or an event does not serialise.
    pub fn insert_newcomer(
        &self,
        transaction: &mut Transaction,
        customer: &Customer,
        user: Option<(UserId, &ActsFor)>,
        meta: impl Fn() -> Meta,
    ) -> Result<(), TableError> {
        let customer_id = customer.id;
        self.insert(transaction, customer)?;
        events::insert(transaction, &meta(), &CustomerCreated { customer_id })?;
        if let Some((user_id, acts_for)) = user {
            self.save_acts_for(transaction, user_id, acts_for)?;
            events::insert(transaction, &meta(), &CustomerUserAdded { customer_id, user_id })?;
        }
        Ok(())
    }

    /// Adds to a transaction that a customer is still as it was read. One write.
    pub fn check_unchanged(&self, transaction: &mut Transaction, customer: &Customer) {
        let unchanged = Condition::VersionIs(customer.version);
        transaction.add(Write::check(self.key_of(customer.id)).when(unchanged));
    }
}
