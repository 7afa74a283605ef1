//! What one order adds to the days: all that there is of it is read, and the days are corrected by what they lack.
//!
//! What was counted is read before the order is, and is written under the condition that it is as it was read: so that nobody
//! who saw less of the order overwrites what somebody counted who saw more. Round trips: one read of the tenant; one read of what
//! was counted, two to five of the order, and one transaction of 2 to 96 writes, again for each race that is lost and for each 40
//! products more; once in the life of an order three reads and one transaction more, for its buyer.

use analytics::{CountedSale, SaleFacts, SalesRollups};
use aws_lc_rs::hmac;
use cloud::{Ctx, TenantLines};
use kernel::{CustomerId, Date, OrderId, TenantId, Zone};
use table::{Race, TenantScope, TransactError, Transaction, until_settled};
use tenancy::Tenants;

use crate::{error::SalesError, facts};

/// What came of looking at an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// The days were right.
    AsCounted,
    /// They are now.
    Corrected,
}

/// What is left to do of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// Nothing was to be done.
    Nothing,
    /// A part was done, and that is all.
    Done,
    /// A part was done, and more is to be.
    More,
}

/// Counts an order as it is now.
pub(crate) async fn count_order(
    ctx: &Ctx,
    lines: &TenantLines,
    scope: TenantScope,
    order: OrderId,
) -> Result<Looked, SalesError> {
    let Some(tenant) = Tenants::new(ctx.table()).get(scope.tenant()).await? else {
        tracing::warn!(order.id = %order, "there is no such tenant any more");
        return Ok(Looked::AsCounted);
    };
    let line = lines.of(scope.tenant());
    let _first_in_line = line.lock().await;
    let mut looked = Looked::AsCounted;
    loop {
        match until_settled(|| SalesError::Outrun, || step(ctx, scope, order, &tenant.timezone)).await? {
            Left::Nothing => return Ok(looked),
            Left::Done => return Ok(Looked::Corrected),
            Left::More => looked = Looked::Corrected,
        }
    }
}

async fn step(ctx: &Ctx, scope: TenantScope, order: OrderId, zone: &Zone) -> Result<Race<Left>, SalesError> {
    let rollups = SalesRollups::new(ctx.table(), scope);
    let counted = rollups.counted(order).await?;
    let Some(facts) = facts::of_order(ctx, scope, order).await? else {
        tracing::warn!(order.id = %order, "there is no such order, or it was never invoiced");
        return Ok(Race::Settled(Left::Nothing));
    };
    if let Some(step) = CountedSale::step(counted.as_ref(), &facts, zone)? {
        let mut transaction = Transaction::new();
        rollups.save(&mut transaction, &step)?;
        let is_more = CountedSale::step(Some(&step.counted), &facts, zone)?.is_some()
            || buyer_left(&step.counted, &facts)?.is_some();
        return commit(ctx, transaction, if is_more { Left::More } else { Left::Done }).await;
    }
    let Some(counted) = counted else { return Ok(Race::Settled(Left::Nothing)) };
    let Some(day) = buyer_left(&counted, &facts)? else { return Ok(Race::Settled(Left::Nothing)) };
    let hash = hash_of(ctx, scope.tenant(), facts.customer);
    match rollups.counting_buyer(&counted, day, hash).await? {
        Some(transaction) => commit(ctx, transaction, Left::Done).await,
        None => Ok(Race::Settled(Left::Nothing)),
    }
}

/// The day on which the buyer is still to be counted. A buyer is counted once for an order, whatever becomes of it.
fn buyer_left(counted: &CountedSale, facts: &SaleFacts) -> Result<Option<Date>, SalesError> {
    if counted.bought_on.is_some() {
        return Ok(None);
    }
    Ok(facts.days(&counted.zone).ok_or(analytics::Overflow)?.bought_on)
}

async fn commit(ctx: &Ctx, transaction: Transaction, left: Left) -> Result<Race<Left>, SalesError> {
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(Race::Settled(left)),
        Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// A hash of a customer that leads back to nobody without the platform's secret, and is another in each tenant.
fn hash_of(ctx: &Ctx, tenant: TenantId, customer: CustomerId) -> u64 {
    let tag = hmac::sign(&ctx.ports().keys.hmac("sales buyers 1"), format!("{tenant}/{customer}").as_bytes());
    tag.as_ref().iter().take(8).fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}
