//! What is forgotten of a customer who was erased, beside the customer itself, and of a tenant that was.

pub(crate) mod forget_accounts;
#[cfg(test)]
mod forget_accounts_tests;
pub(crate) mod forget_methods;
#[cfg(test)]
mod forget_methods_tests;
pub(crate) mod forget_reviews;
#[cfg(test)]
mod forget_reviews_tests;
pub(crate) mod forget_tenant;
#[cfg(test)]
mod forget_tenant_tests;
pub(crate) mod forget_transfers;
#[cfg(test)]
mod forget_transfers_tests;

use cloud::Ctx;
use kernel::Party;
use table::{TenantScope, TransactError, Transaction};

use crate::{
    erasure::{forget_accounts::forget_accounts, forget_methods::forget_methods, forget_transfers::forget_transfers},
    error::BillingError,
};

/// Forgets what somebody who was erased gave to pay and to be paid by, and said of it; what the books need stays. Safe to repeat.
/// Round trips: those of the three.
///
/// # Errors
/// Those of the table and of the object store; `Outrun` when something of it changed meanwhile.
pub(crate) async fn forget_party(ctx: &Ctx, scope: TenantScope, party: Party) -> Result<(), BillingError> {
    forget_accounts(ctx, scope, party).await?;
    forget_transfers(ctx, scope, party).await?;
    forget_methods(ctx, scope, party).await
}

/// Writes all of a transaction or nothing. One round trip.
///
/// # Errors
/// Those of the table; `Outrun` when something that it writes changed meanwhile.
pub(crate) async fn commit(ctx: &Ctx, transaction: Transaction) -> Result<(), BillingError> {
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        Err(TransactError::Cancelled(_)) => Err(BillingError::Outrun),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
