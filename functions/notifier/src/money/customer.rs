//! Who is told of money that no invoice is about: every user who acts for the customer whose money it is.

use customers::Customers;
use kernel::Party;
use messaging::{Channel, Notice, Recipient, SendWhile, Values, catalogue::MessageKind};

use crate::{NotifierError, announcer::Announcer};

/// A notice to each, by mail; to nobody when the customer is gone, or is a tenant. One round trip for the customer.
///
/// # Errors
/// Those of the table.
pub(crate) async fn to_customer(
    announcer: &Announcer<'_>,
    customer: Party,
    kind: MessageKind,
    says: Values,
) -> Result<Vec<Notice>, NotifierError> {
    let Party::Customer(id) = customer else { return Ok(Vec::new()) };
    let customer = Customers::new(announcer.ctx.table(), announcer.scope()).get(id).await?;
    let customer = customer.map(|customer| customer.trusted("the notifier writes to the customer itself"));
    let users = customer.map(|customer| customer.users).unwrap_or_default();
    let notices = users.into_iter().map(|user_id| Notice {
        kind,
        recipient: Recipient::User { user_id },
        channels: vec![Channel::Email],
        says: says.clone(),
        sender: announcer.sender(),
        needs: SendWhile::ActiveUser,
    });
    Ok(notices.collect())
}
