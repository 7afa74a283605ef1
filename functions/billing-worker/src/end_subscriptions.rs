//! `user.erased`, `customer.erased`: the customers that a person acted for lose that user. One that nobody else acts for, and that is no
//! company, is erased with the person, and its subscriptions and recurring invoices end: nothing more is counted or invoiced for a tombstone. The
//! bank accounts of its withdrawals and its payment methods go, and what it told of transfers. What was written of products for such a customer, or by the person, is forgotten. Where others go on, the name and the
//! address go that were the person's own.
//!
//! Should the event be late, the worker ends such a subscription when a period is over. Round trips: one read of the
//! customers that the user acts for, two per customer, for an erased one a query and a batch read per twenty
//! subscriptions and one transaction each, a query per page of the tenant's recurring invoices, those of
//! [`forget_party`] and [`forget_reviews`], one write.

use billing::{Listed, PageRequest, RecurringInvoices, RecurringStatus, Subscription, Subscriptions};
use cloud::Ctx;
use customers::{Customer, Customers, PlainLine, TOMBSTONE};
use events::{
    Told,
    customer::{CustomerErased, CustomerUpdated, CustomerUserRemoved},
    subscription::CancelReason,
    user::UserErased,
};
use kernel::{CustomerId, Party, RequestId, UserId};
use table::{TableError, TenantScope, TransactError, Transaction};

use crate::{
    erasure::{
        commit, forget_party,
        forget_reviews::{ReviewsOf, forget_reviews},
    },
    error::BillingError,
};

/// Takes an erased user out of their customers, whether some of that was done before or not.
pub(crate) async fn forget_customers(ctx: Ctx, told: Told<UserErased>) -> Result<(), BillingError> {
    let Told { event, data: UserErased { user_id: user } } = told;
    let scope = TenantScope::new(event.tenant_id);
    let customers = Customers::new(ctx.table(), scope);
    for id in customers.of_user(user).await?.all() {
        let Some(customer) = customers.get(id).await? else { continue };
        let customer = customer.trusted("the worker acts for the tenant");
        let customer = without(&ctx, scope, customer, user, event.request_id).await?;
        if customer.is_erased() {
            forget(&ctx, scope, event.request_id, id).await?;
        } else {
            forget_reviews(&ctx, scope, (id, ReviewsOf::User(user)), event.request_id).await?;
        }
    }
    // Last, so that a delivery that was cut short finds the customers again.
    let mut transaction = Transaction::new();
    customers.delete_acts_for(&mut transaction, user);
    commit(&ctx, transaction).await
}

/// `customer.erased`: what else there is of a customer whom staff erased. Of one that was erased with its user all of it was done.
pub(crate) async fn forget_customer(ctx: Ctx, told: Told<CustomerErased>) -> Result<(), BillingError> {
    let Told { event, data: CustomerErased { customer_id } } = told;
    forget(&ctx, TenantScope::new(event.tenant_id), event.request_id, customer_id).await
}

async fn forget(ctx: &Ctx, scope: TenantScope, cause: RequestId, id: CustomerId) -> Result<(), BillingError> {
    end_subscriptions(ctx, scope, cause, id).await?;
    end_recurring_invoices(ctx, scope, id).await?;
    forget_reviews(ctx, scope, (id, ReviewsOf::Customer), cause).await?;
    forget_party(ctx, scope, Party::Customer(id)).await
}

/// The customer after it lost the user, and what was the user's own, in one transaction with the events that tell of it.
async fn without(
    ctx: &Ctx,
    scope: TenantScope,
    before: Customer,
    user: UserId,
    cause: RequestId,
) -> Result<Customer, BillingError> {
    let tombstone: PlainLine = TOMBSTONE.parse().map_err(|_| TableError::Corrupt("the tombstone".to_owned()))?;
    let Some(after) = before.clone().without_erased(user, tombstone, ctx.now()) else { return Ok(before) };
    let mut transaction = Transaction::new();
    Customers::new(ctx.table(), scope).save(&mut transaction, &before, &after)?;
    let customer_id = after.id;
    if before.users.contains(&user) {
        let told = CustomerUserRemoved { customer_id, user_id: user };
        ctx.insert_event(&mut transaction, scope.tenant(), cause, after.version, &told)?;
    }
    if before.contact != after.contact {
        ctx.insert_event(&mut transaction, scope.tenant(), cause, after.version, &CustomerUpdated { customer_id })?;
    }
    if after.is_erased() {
        let told = CustomerErased { customer_id };
        ctx.insert_event(&mut transaction, scope.tenant(), cause, after.version, &told)?;
    }
    commit(ctx, transaction).await?;
    Ok(after)
}

/// Ends all subscriptions of a customer.
async fn end_subscriptions(
    ctx: &Ctx,
    scope: TenantScope,
    cause: RequestId,
    customer: CustomerId,
) -> Result<(), BillingError> {
    let subscriptions = Subscriptions::new(ctx.table(), scope);
    let mut request = PageRequest::default();
    loop {
        let Listed { items, last } = subscriptions.list_of(Party::Customer(customer), &request).await?;
        for subscription in items.into_iter().filter(|subscription| !subscription.is_over()) {
            if end(ctx, scope, cause, subscription).await? == Ending::Raced {
                return Err(BillingError::Outrun);
            }
        }
        if last.is_none() {
            return Ok(());
        }
        request.after = last;
    }
}

/// Ends all recurring invoices of a customer.
async fn end_recurring_invoices(ctx: &Ctx, scope: TenantScope, customer: CustomerId) -> Result<(), BillingError> {
    let recurring = RecurringInvoices::new(ctx.table(), scope);
    let mut request = PageRequest::default();
    loop {
        let Listed { items, last } = recurring.list(Some(customer), &request).await?;
        for one in items.into_iter().filter(|one| one.status != RecurringStatus::Over) {
            let mut transaction = Transaction::new();
            RecurringInvoices::save(&mut transaction, scope, &one.ended())?;
            commit(ctx, transaction).await?;
        }
        if last.is_none() {
            return Ok(());
        }
        request.after = last;
    }
}

/// Whether a change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was.
    Made,
    /// Another change came first, and nothing was written.
    Raced,
}

/// Ends the subscription of an erased customer, in one transaction with the event that tells of it. `cause` is the request
/// that erased the customer, or a new one when the worker found the tombstone.
pub(crate) async fn end(
    ctx: &Ctx,
    scope: TenantScope,
    cause: RequestId,
    subscription: Subscription,
) -> Result<Ending, TableError> {
    let ended = subscription.cancelled();
    let mut transaction = Transaction::new();
    Subscriptions::save(&mut transaction, scope, &ended)?;
    let told = ended.told_cancelled(CancelReason::CustomerErased);
    ctx.insert_event(&mut transaction, scope.tenant(), cause, ended.version, &told)?;
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(Ending::Made),
        Err(TransactError::Cancelled(_)) => Ok(Ending::Raced),
        Err(TransactError::Table(error)) => Err(error),
    }
}
