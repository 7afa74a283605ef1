//! `usage.recorded`: what a transaction counted is added to the days of its plans, once.
//!
//! Round trips: one transaction of a row that the event is known by and one for each sum.

use billing::SubscriptionSums;
use cloud::Ctx;
use events::{Told, subscription::RecordedUsage};
use table::{TableError, TenantScope, TransactError, Transaction};

/// Adds what was used, unless it was added before.
pub(crate) async fn add_usage(ctx: Ctx, Told { event, data }: Told<RecordedUsage>) -> Result<(), TableError> {
    let mut transaction = Transaction::new();
    let scope = TenantScope::new(event.tenant_id);
    SubscriptionSums::add_usage(&mut transaction, scope, event.id, &data.sums, ctx.now())?;
    match ctx.table().transact(transaction).await {
        // It has one condition: that the event is not known.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error),
    }
}
