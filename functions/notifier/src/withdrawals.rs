//! `withdrawal.requested`, `withdrawal.sent`, `withdrawal.settled`, `withdrawal.failed`: those who act for a customer hear how
//! far its money is, and that somebody asked for it at all.

use cloud::Ctx;
use customers::Customers;
use events::{Event, withdrawal::WithdrawalFacts};
use kernel::Party;
use messaging::{Channel, Notice, Recipient, SendWhile, Values, catalogue::MessageKind};

use crate::{NotifierError, announcer::Announcer};

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
    let Party::Customer(id) = facts.customer_id else { return Ok(()) };
    let customer = Customers::new(ctx.table(), announcer.scope()).get(id).await?;
    let customer = customer.map(|customer| customer.trusted("the notifier writes to the customer itself"));
    let users = customer.map(|customer| customer.users).unwrap_or_default();
    let says = Values::new().money("amount", facts.amount);
    let notices = users.into_iter().map(|user_id| Notice {
        kind,
        recipient: Recipient::User { user_id },
        channels: vec![Channel::Email],
        says: says.clone(),
        sender: announcer.sender(),
        needs: SendWhile::ActiveUser,
    });
    announcer.tell(notices).await
}
