//! `invoice.marked_uncollectible`: nobody asks for an invoice any more. A subscription that was behind for it is active again
//! when nothing else of it is overdue, as its service went on all the time. One that is suspended stays so: a debt that is
//! given up is not paid, and only a payment brings service back.
//!
//! Round trips: one read of the subscription; where it is behind, its invoices (a query and a batch read per twenty) and one
//! transaction; again for each lost race.

use billing::{GRACE, SubscriptionStatus, Subscriptions};
use cloud::Ctx;
use events::{Told, invoice::InvoiceMarkedUncollectible, subscription::FormerStatus};
use table::{Race, TenantScope, TransactError, Transaction, until_settled};

use crate::{error::BillingError, issuing::issue::still_owed, loaded::ACTS_FOR};

/// What follows for the subscription that the invoice is for, if it is for one.
pub(crate) async fn follow_given_up(ctx: Ctx, told: Told<InvoiceMarkedUncollectible>) -> Result<(), BillingError> {
    let Some(id) = told.data.subscription_id else { return Ok(()) };
    let (ctx, scope) = (&ctx, TenantScope::new(told.event.tenant_id));
    let (invoice, request) = (told.data.invoice_id, told.event.request_id);
    until_settled(
        || BillingError::Outrun,
        || async {
            let found = Subscriptions::new(ctx.table(), scope).get(id).await?.map(|found| found.trusted(ACTS_FOR));
            let Some(before) = found.filter(|found| found.status == SubscriptionStatus::PastDue) else {
                return Ok(Race::Settled(()));
            };
            if still_owed(ctx, scope, &before).await?.iter().any(|other| other.is_overdue(ctx.now())) {
                return Ok(Race::Settled(()));
            }
            // The grace is of one that had stopped.
            let Some(after) = before.restored(ctx.now(), GRACE)? else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            Subscriptions::save(&mut transaction, scope, &after)?;
            let restored = after.told_restored(FormerStatus::PastDue, invoice);
            ctx.insert_event(&mut transaction, scope.tenant(), request, after.version, &restored)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}
