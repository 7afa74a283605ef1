//! A subscription whose first invoice was not paid in time: the invoice is taken back, and the subscription is over.
//!
//! Round trips: one read of the subscription, of its invoices a query and a batch read, one read beside the invoice, one
//! transaction; again for each lost race. One that was paid: one read and one write.

use billing::{Subscriptions, TO_PAY_FIRST};
use cloud::Ctx;
use events::subscription::ExpiryReason;
use kernel::{JournalId, SubscriptionId};
use settlement::{BesideInvoice, Settlement};
use table::{
    Race, TransactError, Transaction,
    agenda::{self, Due},
    until_settled,
};

use crate::{
    error::BillingError,
    issuing::{cause::cause, issue::still_owed},
    loaded::ACTS_FOR,
};

/// Ends it, unless it was paid.
pub(crate) async fn expire_unpaid(ctx: Ctx, due: Due) -> Result<(), BillingError> {
    let (id, scope): (SubscriptionId, _) = (due.thing()?, due.scope());
    if ctx.now() < due.at {
        return Ok(());
    }
    until_settled(
        || BillingError::Outrun,
        || async {
            let found = Subscriptions::new(ctx.table(), scope).get(id).await?.map(|found| found.trusted(ACTS_FOR));
            let Some((before, over)) = found.and_then(|before| Some((before.clone(), before.never_paid()?))) else {
                return Ok(Race::Settled(agenda::finish(ctx.table(), &due).await?));
            };
            let journal_id = || JournalId::new(ctx.new_ulid());
            let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
            let mut transaction = Transaction::new();
            let owed = still_owed(&ctx, scope, &before).await?;
            if owed.iter().any(|invoice| !invoice.payments.is_empty()) {
                // Somebody began to pay: it waits for the rest.
                let later = ctx.now().plus(TO_PAY_FIRST);
                return Ok(Race::Settled(agenda::postpone(ctx.table(), &due, later).await?));
            }
            for invoice in owed {
                let beside = BesideInvoice::read(ctx.table(), scope, invoice.id).await?;
                let voided = settlement.void(&mut transaction, invoice, &beside)?;
                if let Some(told) = voided.invoice.told_voided(voided.returned) {
                    ctx.insert_event(&mut transaction, scope.tenant(), cause(&ctx), voided.invoice.version, &told)?;
                }
            }
            Subscriptions::save(&mut transaction, scope, &over)?;
            ctx.insert_event(
                &mut transaction,
                scope.tenant(),
                cause(&ctx),
                over.version,
                &over.told_expired(ExpiryReason::NeverPaid),
            )?;
            agenda::done(&mut transaction, &due);
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}
