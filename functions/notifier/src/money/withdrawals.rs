//! `withdrawal.requested`, `withdrawal.sent`, `withdrawal.settled`, `withdrawal.failed`: those who act for a customer hear how
//! far its money is, and that somebody asked for it at all.

use cloud::Ctx;
use events::{Event, withdrawal::WithdrawalFacts};
use messaging::{Values, catalogue::MessageKind};

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
