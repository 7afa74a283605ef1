//! `user.claimed`: takes away what a former holder of the account left, and tells its owner.
//!
//! The claim itself let the chat, the keys and the choices go. The list of messages and the devices go here, before the owner
//! is told: but only what is older than the claim, since the event may come again when the owner has messages and devices.

use cloud::Ctx;
use events::{Told, user::UserClaimed};
use kernel::PushDeviceId;
use messaging::{Inbox, catalogue::ACCOUNT_CLAIMED, push::Devices};
use table::{TenantScope, TransactError, Transaction};

use crate::{NotifierError, accounts::account::changed};

/// Round trips: one for the devices, one more where some go, those of the list and of the announcer.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<UserClaimed>) -> Result<(), NotifierError> {
    let (user, scope) = (data.user_id, TenantScope::new(event.tenant_id));
    let devices = Devices::new(ctx.table(), scope);
    let book = devices.book(user).await?;
    let before = book.devices.iter().filter(|device| device.registered_at < event.occurred_at);
    let before: Vec<PushDeviceId> = before.map(|device| device.id).collect();
    if !before.is_empty() {
        let mut transaction = Transaction::new();
        devices.remove(&mut transaction, (user, &book), &before)?;
        match ctx.table().transact(transaction).await {
            Ok(()) => {}
            // The book was changed meanwhile: the event comes again and finds it as it is.
            Err(TransactError::Cancelled(_)) => return Err(NotifierError::InFlight),
            Err(TransactError::Table(error)) => return Err(error.into()),
        }
    }
    Inbox::new(ctx.table(), scope, user).wipe_before(event.id).await?;
    changed(ctx, event, user, ACCOUNT_CLAIMED).await
}
