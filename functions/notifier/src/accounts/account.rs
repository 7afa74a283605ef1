//! What a user should know about the account: that somebody tried to register again, and what changed how it is opened.

use cloud::Ctx;
use events::Event;
use identity::{User, UserStatus, Users};
use kernel::UserId;
use messaging::{
    Channel, Notice, Recipient, SendWhile, Values,
    catalogue::{ACCOUNT_EXISTS, MessageKind},
};

use crate::{NotifierError, announcer::Announcer};

/// To somebody with whose address somebody tried to register again.
pub(crate) async fn exists(announcer: &Announcer<'_>, user: User) -> Result<(), NotifierError> {
    tell(announcer, ACCOUNT_EXISTS, Some(user)).await
}

/// To somebody whose account is ready, or whose password, second factor or session was changed.
pub(crate) async fn changed(ctx: Ctx, event: Event, user: UserId, kind: MessageKind) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let user = Users::new(ctx.table(), announcer.scope()).get(user).await?;
    tell(&announcer, kind, user).await
}

async fn tell(announcer: &Announcer<'_>, kind: MessageKind, user: Option<User>) -> Result<(), NotifierError> {
    let user = user.filter(|user| user.status == UserStatus::Active);
    let notice = user.map(|user| Notice {
        kind,
        recipient: Recipient::User { user_id: user.id },
        channels: vec![Channel::Email, Channel::InApp],
        says: Values::new(),
        sender: announcer.sender(),
        needs: SendWhile::ActiveUser,
    });
    announcer.tell(notice).await
}
