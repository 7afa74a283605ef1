//! What is forgotten of a customer who was erased, beside the customer itself.

pub(crate) mod forget_accounts;
#[cfg(test)]
mod forget_accounts_tests;
pub(crate) mod forget_methods;
#[cfg(test)]
mod forget_methods_tests;
pub(crate) mod forget_transfers;
#[cfg(test)]
mod forget_transfers_tests;

use cloud::Ctx;
use table::{TransactError, Transaction};

use crate::error::BillingError;

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
