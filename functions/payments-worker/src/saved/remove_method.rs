//! A payment method that its owner removed, or whose owner was erased, goes at its provider too; then its row goes.
//!
//! Safe to repeat. Round trips: one read, the tenant's secret (cached), the provider, one transaction of 2 writes.

use cashier::{Cashier, CashierError};
use cloud::Ctx;
use kernel::PaymentMethodId;
use payments::ProviderError;
use table::{
    TransactError, Transaction,
    agenda::{self, Due},
};

use crate::{LONG_PAUSE, PaymentWorkError, cause_of_agenda};

/// Takes it away for good.
pub(crate) async fn remove_method(ctx: Ctx, due: Due) -> Result<(), PaymentWorkError> {
    let id: PaymentMethodId = due.thing()?;
    let cause = cause_of_agenda(&ctx);
    let cashier = Cashier { ctx: &ctx, scope: due.scope(), cause: &cause };
    let found = cashier.saved_methods().get_even_leaving(id).await?;
    let Some(method) = found.filter(|method| method.leaving) else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    match cashier.detach(&method).await {
        Ok(()) => {}
        Err(CashierError::Provider(ProviderError::Credentials)) => {
            tracing::warn!(method.id = %id, "the provider does not accept the tenant's keys");
            return Ok(agenda::postpone(ctx.table(), &due, ctx.now().plus(LONG_PAUSE)).await?);
        }
        Err(error) => return Err(error.into()),
    }
    let mut transaction = Transaction::new();
    cashier.saved_methods().delete(&mut transaction, &method);
    agenda::done(&mut transaction, &due);
    match ctx.table().transact(transaction).await {
        // Another delivery was faster.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
