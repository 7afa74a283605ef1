//! A month begins, or the days are over that an invoice charged in advance: what of it is earned by now is posted.
//!
//! Round trips: two reads at once, one transaction of 2 writes, 4 when something is earned; again for each lost race.

use billing::Invoices;
use cloud::Ctx;
use kernel::{InvoiceId, JournalId};
use settlement::{Settlement, deferred};
use table::{
    Race, TransactError, Transaction,
    agenda::{self, Due},
    until_settled,
};

use crate::error::BillingError;

/// Posts what is earned, and moves the invoice on the agenda to where more is.
pub(crate) async fn recognise_revenue(ctx: Ctx, due: Due) -> Result<(), BillingError> {
    let (id, scope): (InvoiceId, _) = (due.thing()?, due.scope());
    if ctx.now() < due.at {
        return Ok(());
    }
    until_settled(
        || BillingError::Outrun,
        || async {
            let invoices = Invoices::new(ctx.table(), scope);
            let (invoice, deferred) = tokio::try_join!(invoices.get(id), deferred(ctx.table(), scope, id))?;
            let invoice = invoice.map(|invoice| invoice.trusted("revenue is the tenant's own"));
            let (Some(invoice), Some(deferred)) = (invoice, deferred) else {
                return Ok(Race::Settled(agenda::finish(ctx.table(), &due).await?));
            };
            let journal_id = || JournalId::new(ctx.new_ulid());
            let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
            let mut transaction = Transaction::new();
            let recognised = settlement.recognise(&mut transaction, &due, &invoice, &deferred)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(cancelled)) if recognised.was_done(&cancelled) => Ok(Race::Settled(())),
                // A credit note took from it.
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

#[cfg(test)]
#[path = "recognise_revenue_tests.rs"]
mod tests;
