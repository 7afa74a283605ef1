//! `user.claimed`: lets go the chat that somebody else may have linked to an account, before whoever has the mailbox took
//! the account over.

use cloud::Ctx;
use kernel::UserId;
use messaging::Contacts;
use table::{TransactError, Transaction, outbox::Event};

use crate::{NotifierError, courier::Courier};

/// A chat that was linked later is the new owner's, and stays.
pub(crate) async fn forget(ctx: &Ctx, event: &Event) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(ctx, event).await? else { return Ok(()) };
    let user = courier.data::<UserId>("userId")?;
    let contacts = Contacts::new(ctx.table(), courier.scope());
    let contact = contacts.telegram_of(user).await?.filter(|contact| contact.linked_at <= event.occurred_at);
    let Some(contact) = contact else { return Ok(()) };
    let mut transaction = Transaction::new();
    for write in contacts.unlink(&contact) {
        transaction.add(write);
    }
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        // Another chat was linked meanwhile: the event comes again and looks whose it is.
        Err(TransactError::Cancelled(_)) => Err(NotifierError::InFlight),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
