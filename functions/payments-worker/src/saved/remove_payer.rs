//! Whoever was erased, a customer or a tenant of the platform, goes at Stripe too, where a customer was made to save cards.
//!
//! Safe to repeat: whoever is gone there already is as good as deleted. Round trips: one read, the tenant's secret (cached),
//! Stripe, one transaction of 2 writes.

use cashier::{Cashier, CashierError};
use cloud::Ctx;
use kernel::Party;
use payments::ProviderError;
use table::{
    TransactError, Transaction,
    agenda::{self, Due},
};

use crate::{LONG_PAUSE, PaymentWorkError, cause_of_agenda};

/// Takes the payer away for good.
pub(crate) async fn remove_payer(ctx: Ctx, due: Due) -> Result<(), PaymentWorkError> {
    let party: Party = due.thing()?;
    let cause = cause_of_agenda(&ctx);
    let cashier = Cashier { ctx: &ctx, scope: due.scope(), cause: &cause };
    let book = cashier.saved_methods().book(party).await?;
    let Some(leaving) = &book.leaving else { return Ok(agenda::finish(ctx.table(), &due).await?) };
    match cashier.forget_at_stripe(leaving).await {
        Ok(()) => {}
        Err(CashierError::Provider(ProviderError::Credentials)) => {
            tracing::warn!(payer.id = %party, "the provider does not accept the tenant's keys");
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
