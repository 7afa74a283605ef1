//! `user.erased`: lets the person's chat and devices go, their list of messages, what they chose, and their sessions.
//!
//! The call that erased the user deleted the sessions that it saw in the listing; those that the listing did not show
//! yet, or that a crash left behind, go here.

use cloud::Ctx;
use events::{Told, user::UserErased};
use identity::Sessions;
use messaging::{Contacts, Inbox, preferences::PreferenceRows, push::Devices};
use table::{TenantScope, TransactError, Transaction};

use crate::NotifierError;

/// Whether it was done before or not: what is not there needs no deleting.
pub(crate) async fn forget(ctx: Ctx, Told { event, data }: Told<UserErased>) -> Result<(), NotifierError> {
    let user = data.user_id;
    let scope = TenantScope::new(event.tenant_id);
    let contacts = Contacts::new(ctx.table(), scope);
    if let Some(contact) = contacts.telegram_of(user).await? {
        let mut transaction = Transaction::new();
        contacts.unlink(&mut transaction, &contact);
        ctx.table().transact(transaction).await.map_err(again)?;
    }
    let devices = Devices::new(ctx.table(), scope);
    let book = devices.book(user).await?;
    if book.version > 0 {
        let mut transaction = Transaction::new();
        devices.forget(&mut transaction, user, &book);
        ctx.table().transact(transaction).await.map_err(again)?;
    }
    let mut transaction = Transaction::new();
    PreferenceRows::new(ctx.table(), scope).delete(&mut transaction, user);
    ctx.table().transact(transaction).await.map_err(again)?;
    Inbox::new(ctx.table(), scope, user).wipe().await?;
    Sessions::new(ctx.table(), scope).wipe(user).await.map_err(again)
}

/// A chat or a book of devices that changed meanwhile: the event comes again and finds it as it is.
fn again(error: TransactError) -> NotifierError {
    match error {
        TransactError::Cancelled(_) => NotifierError::InFlight,
        TransactError::Table(error) => error.into(),
    }
}
