//! What a user should know about the account: that somebody tried to register again, and what changed how it is opened.

use cloud::Ctx;
use events::Event;
use identity::{User, UserStatus, Users};
use kernel::UserId;
use messaging::{
    Values,
    catalogue::{ACCOUNT_EXISTS, Kind},
};

use crate::{NotifierError, courier::Courier};

/// To somebody with whose address somebody tried to register again.
pub(crate) async fn exists(courier: &Courier<'_>, user: User) -> Result<(), NotifierError> {
    send(courier, ACCOUNT_EXISTS, Some(user)).await
}

/// To somebody whose password, second factor or session was changed.
pub(crate) async fn changed(ctx: Ctx, event: Event, user: UserId, kind: Kind) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(&ctx, &event).await? else { return Ok(()) };
    let user = Users::new(ctx.table(), courier.scope()).get(user).await?;
    send(&courier, kind, user).await
}

async fn send(courier: &Courier<'_>, kind: Kind, user: Option<User>) -> Result<(), NotifierError> {
    let Some(user) = user.filter(|user| user.status == UserStatus::Active) else { return Ok(()) };
    let sender = courier.tenant.name.as_str().to_owned();
    let values = Values::new().text("name", &user.display_name()).text("sender", &sender);
    courier.mail(kind, courier.reader(&user), &values).await
}
