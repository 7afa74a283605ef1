//! `withdrawal.requested`, `withdrawal.sent`, `withdrawal.settled`, `withdrawal.failed`: those who act for a customer hear how
//! far its money is, and that somebody asked for it at all.

use cloud::Ctx;
use events::{
    Event, Told,
    withdrawal::{WithdrawalFacts, WithdrawalFailed},
};
use messaging::{
    Values,
    catalogue::{MessageKind, WITHDRAWAL_FAILED},
};
use payments::Withdrawals;

use crate::{NotifierError, announcer::Announcer, money::customer::to_customer};

/// To every user who acts for the customer, by mail. One round trip for the customer, and those of the announcer.
///
/// # Errors
/// Those of the table and of the queues.
pub(crate) async fn tell(
    ctx: Ctx,
    event: Event,
    facts: WithdrawalFacts,
    kind: MessageKind,
) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let says = Values::new().money("amount", facts.amount);
    announcer.tell(to_customer(&announcer, facts.customer_id, kind, says).await?).await
}

/// The same of one that failed, with the reason that staff gave. One round trip more.
pub(crate) async fn failed(ctx: Ctx, told: Told<WithdrawalFailed>) -> Result<(), NotifierError> {
    let facts = told.data.0;
    let Some(announcer) = Announcer::of(&ctx, &told.event).await? else { return Ok(()) };
    let withdrawal = Withdrawals::new(ctx.table(), announcer.scope()).get(facts.withdrawal_id).await?;
    let withdrawal = withdrawal.map(|withdrawal| withdrawal.trusted("the notifier writes to the customer itself"));
    // It is gone with the person whose money it was.
    let Some(reason) = withdrawal.and_then(|withdrawal| withdrawal.reason) else { return Ok(()) };
    let says = Values::new().money("amount", facts.amount).text("reason", &reason);
    announcer.tell(to_customer(&announcer, facts.customer_id, WITHDRAWAL_FAILED, says).await?).await
}
