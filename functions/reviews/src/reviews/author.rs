//! The customer who writes, votes or reports: one that is there, or a user's first.

use customers::{ActsFor, Customer, CustomerError, Customers};
use identity::{Reach, Users, audit::Actor};
use kernel::{CustomerId, ProductReviewId, UserId};
use parties::customer_of_user;
use reviews::ReviewActor;
use table::{TableError, TenantScope, Transaction};
use web::{Api, Caller, Problem, RequestInfo};

use crate::{REVIEW_WRITTEN, ReviewsWrite};

/// The customer, and what must be written beside what it says.
pub(crate) struct Author {
    pub(crate) customer: Customer,
    /// The user who says it for themselves.
    pub(crate) user: Option<UserId>,
    /// The member who says it for them, or for whom a server does.
    staff: Option<UserId>,
    /// For whom the user acts from now on, when the customer is new.
    first_of: Option<(UserId, ActsFor)>,
}

impl Author {
    /// The customer that was asked for, or the caller's only one; a user who acts for none becomes one. Up to two reads.
    ///
    /// # Errors
    /// Not found for a customer out of reach, `CUSTOMER_ERASED`, 422 where a customer must be named.
    pub(crate) async fn of(
        api: &Api,
        caller: &Caller<ReviewsWrite>,
        asked: Option<CustomerId>,
    ) -> Result<Self, Problem> {
        let customers = Customers::new(api.table(), caller.scope);
        let id = match (asked, caller.reach) {
            (Some(id), _) => id,
            (None, Reach::Tenant) => return Err(name_one("name the customer who says so")),
            (None, Reach::Own) => {
                let acts_for = customers.of_user(caller.user).await?;
                match acts_for.customers.as_slice() {
                    [] => return Self::first(api, caller, &acts_for).await,
                    [only] => *only,
                    [..] => return Err(name_one("you act for several customers: name one")),
                }
            }
        };
        let found = customers.get(id).await?.ok_or_else(no_customer)?;
        let customer = caller.open(api, found).await.map_err(|refusal| refusal.named_at("/customerId"))?;
        if customer.is_erased() {
            return Err(CustomerError::Erased.into());
        }
        let staff = (caller.reach == Reach::Tenant).then_some(caller.user);
        Ok(Self { customer, user: user(caller), staff, first_of: None })
    }

    async fn first(api: &Api, caller: &Caller<ReviewsWrite>, acts_for: &ActsFor) -> Result<Self, Problem> {
        let found = Users::new(api.table(), caller.scope).get(caller.user).await?.ok_or_else(Problem::not_found)?;
        let id = CustomerId::new(api.new_ulid());
        let acts_for = acts_for.with(id)?;
        let customer = Customer::new(customer_of_user(id, found)?, api.now());
        Ok(Self { customer, user: user(caller), staff: None, first_of: Some((caller.user, acts_for)) })
    }

    /// Who writes what they say.
    pub(crate) fn writer(&self) -> ReviewActor {
        self.staff.map_or(ReviewActor::Author, |user| ReviewActor::Staff { user })
    }

    /// Adds to a transaction, where staff writes a review for the customer, that they did.
    ///
    /// # Errors
    /// `Corrupt` when the entry does not serialise.
    pub(crate) fn record(
        &self,
        (api, caller): (&Api, &Caller<ReviewsWrite>),
        info: &RequestInfo,
        transaction: &mut Transaction,
        id: ProductReviewId,
    ) -> Result<(), TableError> {
        if self.staff.is_some() {
            caller.entry(api, info, REVIEW_WRITTEN).about(id).insert(transaction, caller.scope)?;
        }
        Ok(())
    }

    /// Adds the new customer, its link and their events to a transaction; for one that was there, that it was not changed
    /// meanwhile. Up to four writes.
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

/// The user who speaks for themselves: a member or a server speaks for others.
fn user(caller: &Caller<ReviewsWrite>) -> Option<UserId> {
    match (caller.actor, caller.reach) {
        (Actor::User(user), Reach::Own) => Some(user),
        (Actor::User(_) | Actor::ApiKey(_) | Actor::Anonymous, Reach::Own | Reach::Tenant) => None,
    }
}

fn no_customer() -> Problem {
    Problem::not_found().named_at("/customerId")
}

fn name_one(detail: &'static str) -> Problem {
    Problem::invalid("/customerId", "REQUIRED", detail)
}
