//! `sales_recount.continued`: one turn of a recount.
//!
//! A turn looks at the next orders and ends in one transaction of the recount and the event of the next turn, so that a death
//! anywhere, or the event coming twice, repeats the turn and changes nothing else. Round trips: one read of the recount, one query,
//! those of [`count_order`] for each of 25 orders, one transaction of two writes.

use std::sync::Arc;

use analytics::{RecountPlace, RecountTurn, SalesRecountState, SalesRollups};
use cloud::Ctx;
use events::{Told, sales::SalesRecountContinued};
use orders::Orders;
use table::{TenantScope, TransactError, Transaction};

use crate::{
    Memory,
    count_order::{Looked, count_order},
    error::SalesError,
};

/// How many orders one turn looks at.
const AT_ONCE: u16 = 25;

/// Does the turn that the event speaks of, unless it is done.
pub(crate) async fn continue_recount(
    ctx: Ctx,
    memory: Arc<Memory>,
    Told { event, .. }: Told<SalesRecountContinued>,
) -> Result<(), SalesError> {
    let scope = TenantScope::new(event.tenant_id);
    let rollups = SalesRollups::new(ctx.table(), scope);
    let recount = rollups.recount().await?.filter(|recount| recount.version == event.subject_version);
    let Some(recount) = recount.filter(|recount| recount.state == SalesRecountState::Running) else { return Ok(()) };
    let behind = recount.behind.map(|place| (place.placed_at, place.order));
    let (orders, are_more) = Orders::new(ctx.table(), scope).oldest_behind(behind, AT_ONCE).await?;
    let mut turn = RecountTurn { orders: 0, corrected: 0, behind: None };
    for order in &orders {
        let looked = count_order(&ctx, &memory.lines, scope, order.id).await?;
        turn.orders += 1;
        turn.corrected += u64::from(looked == Looked::Corrected);
    }
    let last = orders.last().map(|order| RecountPlace { order: order.id, placed_at: order.placed_at });
    turn.behind = last.filter(|_| are_more);

    let next = recount.after(&turn, ctx.now());
    let mut transaction = Transaction::new();
    rollups.save_recount(&mut transaction, &next)?;
    if next.state == SalesRecountState::Running {
        let told = SalesRecountContinued { tenant_id: event.tenant_id };
        ctx.insert_event(&mut transaction, event.tenant_id, event.request_id, next.version, &told)?;
    }
    match ctx.table().transact(transaction).await {
        // The turn was done by somebody else meanwhile.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
