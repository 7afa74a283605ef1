//! The customer that something is sold to: one that is there, or a user's first.

use customers::{ActsFor, Customer, CustomerError, Customers};
use identity::{Reach, Users};
use kernel::{CustomerId, UserId};
use parties::customer_of_user;
use table::{TenantScope, Transaction};
use web::{Api, Caller, Needs, Problem, RequestInfo};

/// The customer, and what must be written beside what is sold to it.
pub(crate) struct Billed {
    pub(crate) customer: Customer,
    /// For whom the user acts from now on, when the customer is new.
    first_of: Option<(UserId, ActsFor)>,
}

impl Billed {
    /// The customer that was asked for, or the caller's only one; a user who acts for none gets one.
    ///
    /// # Errors
    /// Not found for a customer out of reach, `CUSTOMER_ERASED`, 422 where a customer must be named.
    pub(crate) async fn of<P: Needs>(
        api: &Api,
        caller: &Caller<P>,
        asked: Option<CustomerId>,
    ) -> Result<Self, Problem> {
        let customers = Customers::new(api.table(), caller.scope);
        let id = match (asked, caller.reach) {
            (Some(id), _) => id,
            (None, Reach::Tenant) => return Err(name_one("name the customer; POST /api/v1/customers makes one")),
            (None, Reach::Own) => {
                let acts_for = customers.of_user(caller.user).await?;
                match acts_for.customers.as_slice() {
                    [] => return Self::first(api, caller, &acts_for).await,
                    [only] => *only,
                    [..] => return Err(name_one("you act for several customers: name one")),
                }
            }
        };
        let found = customers.get(id).await?.ok_or_else(Problem::not_found)?;
        let customer = caller.open(api, found).await?;
        if customer.is_erased() {
            return Err(CustomerError::Erased.into());
        }
        Ok(Self { customer, first_of: None })
    }

    async fn first<P: Needs>(api: &Api, caller: &Caller<P>, acts_for: &ActsFor) -> Result<Self, Problem> {
        let user = Users::new(api.table(), caller.scope).get(caller.user).await?.ok_or_else(Problem::not_found)?;
        let id = CustomerId::new(api.new_ulid());
        let acts_for = acts_for.with(id)?;
        let customer = Customer::new(customer_of_user(id, user)?, api.now());
        Ok(Self { customer, first_of: Some((caller.user, acts_for)) })
    }

    /// Adds the new customer, its link and their events to a transaction; for one that was there, that it was not changed meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub(crate) fn add_to(
        &self,
        api: &Api,
        info: &RequestInfo,
        scope: TenantScope,
        transaction: &mut Transaction,
    ) -> Result<(), Problem> {
        let customers = Customers::new(api.table(), scope);
        if let Some((user, acts_for)) = &self.first_of {
            let meta = || api.event_meta(scope.tenant(), info, self.customer.version);
            customers.insert_newcomer(transaction, &self.customer, Some((*user, acts_for)), meta)?;
        } else {
            customers.check_unchanged(transaction, &self.customer);
        }
        Ok(())
    }
}

fn name_one(detail: &'static str) -> Problem {
    Problem::invalid("/customerId", "REQUIRED", detail)
}
