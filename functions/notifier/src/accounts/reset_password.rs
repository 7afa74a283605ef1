//! `user.password_reset_requested`: the link that sets a new password.

use cloud::Ctx;
use events::{Told, user::UserPasswordResetRequested};
use identity::{LinkPurpose, User};
use messaging::{Channel, Notice, Recipient, SendWhile, Values, catalogue::RESET_PASSWORD};

use crate::{NotifierError, accounts::account_link, announcer::Announcer};

/// To the user who has the address; to nobody when there is none, or the account is closed.
pub(crate) async fn on_request(
    ctx: Ctx,
    Told { event, data }: Told<UserPasswordResetRequested>,
) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let decide = |user: User, link| user.reset_requested(link, event.occurred_at, ctx.now());
    let (address, purpose) = (&data.address_hash, LinkPurpose::ResetPassword);
    let opened = account_link::open_on_request(&ctx, &announcer, address, purpose, decide).await?;
    let notice = opened.map(|(user, open)| Notice {
        kind: RESET_PASSWORD,
        recipient: Recipient::User { user_id: user.id },
        channels: vec![Channel::Email],
        says: Values::new(),
        sender: announcer.sender(),
        needs: SendWhile::ResetLink { expires_at: open.expires_at },
    });
    announcer.tell(notice).await
}
