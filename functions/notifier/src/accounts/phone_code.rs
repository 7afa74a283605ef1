//! `user.phone_verification_requested`: the code that proves a phone number.

use cloud::Ctx;
use events::{Told, user::UserPhoneVerificationRequested};
use messaging::{Channel, Notice, Recipient, SendWhile, Values, catalogue::PHONE_CODE};

use crate::{NotifierError, announcer::Announcer};

/// To the number that waits to be proven, while the code is open.
pub(crate) async fn tell(ctx: Ctx, told: Told<UserPhoneVerificationRequested>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &told.event).await? else { return Ok(()) };
    let UserPhoneVerificationRequested { user_id, expires_at } = told.data;
    if ctx.now() >= expires_at {
        return Ok(());
    }
    let notice = Notice {
        kind: PHONE_CODE,
        recipient: Recipient::User { user_id },
        channels: vec![Channel::Sms],
        says: Values::new(),
        sender: announcer.sender(),
        needs: SendWhile::PhoneCode { expires_at },
    };
    announcer.tell([notice]).await
}
