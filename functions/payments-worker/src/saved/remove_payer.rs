//! A customer who was erased goes at Stripe too, where one was made to save cards.
//!
//! Safe to repeat: whoever is gone there already is as good as deleted. Round trips: one read, the tenant's secret (cached),
//! Stripe, one transaction of 2 writes.

use cashier::{Cashier, CashierError};
use cloud::Ctx;
use kernel::{CustomerId, Party};
use payments::ProviderError;
use table::{
    TransactError, Transaction,
    agenda::{self, Due},
};

use crate::{LONG_PAUSE, PaymentWorkError, cause_of_agenda};

/// Takes the customer away for good.
pub(crate) async fn remove_payer(ctx: Ctx, due: Due) -> Result<(), PaymentWorkError> {
    let id: CustomerId = due.thing()?;
    let cause = cause_of_agenda(&ctx);
    let cashier = Cashier { ctx: &ctx, scope: due.scope(), cause: &cause };
    let book = cashier.saved_methods().book(Party::Customer(id)).await?;
    let Some(leaving) = &book.leaving else { return Ok(agenda::finish(ctx.table(), &due).await?) };
    match cashier.forget_at_stripe(leaving).await {
        Ok(()) => {}
        Err(CashierError::Provider(ProviderError::Credentials)) => {
            tracing::warn!(customer.id = %id, "the provider does not accept the tenant's keys");
            return Ok(agenda::postpone(ctx.table(), &due, ctx.now().plus(LONG_PAUSE)).await?);
        }
        Err(error) => return Err(error.into()),
    }
    let mut transaction = Transaction::new();
    cashier.saved_methods().save_book(&mut transaction, &book.left())?;
    agenda::done(&mut transaction, &due);
    match ctx.table().transact(transaction).await {
        // Another delivery was faster.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
