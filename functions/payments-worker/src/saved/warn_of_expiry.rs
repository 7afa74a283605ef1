//! `payment_method.expiring`: a saved card ends within thirty days.
//!
//! Round trips: one read of the method, one of its book, one transaction of 3 writes.

use cloud::Ctx;
use events::payment_method::PaymentMethodExpiring;
use kernel::{PaymentMethodId, Zone};
use payments::{MethodStatus, SavedMethods};
use table::{
    TransactError, Transaction,
    agenda::{self, Due},
};

use crate::{PaymentWorkError, cause_of_agenda};

/// Tells it once.
pub(crate) async fn warn_of_expiry(ctx: Ctx, due: Due) -> Result<(), PaymentWorkError> {
    let id: PaymentMethodId = due.thing()?;
    let methods = SavedMethods::new(ctx.table(), due.scope());
    let method = methods.get(id).await?.map(|found| found.trusted("its owner is warned by the tenant"));
    // What ended meanwhile, or is refused for good, is nothing to be warned of.
    let method = method.filter(|method| method.status(ctx.now()) == MethodStatus::Active);
    let Some((method, expires)) = method.and_then(|method| method.card.expires.map(|expires| (method, expires))) else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    if ctx.now() < expires.warned_at() {
        return Ok(agenda::postpone(ctx.table(), &due, expires.warned_at()).await?);
    }
    let book = methods.book(method.party).await?;
    let told = PaymentMethodExpiring {
        payment_method_id: id,
        customer_id: method.party,
        brand: method.card.brand.clone(),
        last4: method.card.last4.clone(),
        last_day: expires.last_day().unwrap_or_else(|| expires.over_at().date_in(&Zone::utc())),
        is_default: book.default == Some(id),
    };
    let mut transaction = Transaction::new();
    methods.check_unchanged(&mut transaction, &method);
    agenda::done(&mut transaction, &due);
    let cause = cause_of_agenda(&ctx);
    ctx.insert_event(&mut transaction, due.tenant_id, cause, method.version, &told)?;
    match ctx.table().transact(transaction).await {
        // Another delivery was faster, or it was removed meanwhile: then it is off the agenda too.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
