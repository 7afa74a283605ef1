//! `user.password_reset_requested`: the link that sets a new password.

use cloud::Ctx;
use events::{Told, user::UserPasswordResetRequested};
use identity::Purpose;
use messaging::{Values, catalogue::RESET_PASSWORD};

use crate::{NotifierError, account_link, courier::Courier};

/// To the user who has the address; to nobody when there is none, or the account is closed.
pub(crate) async fn on_request(
    ctx: Ctx,
    Told { event, data }: Told<UserPasswordResetRequested>,
) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(&ctx, &event).await? else { return Ok(()) };
    let purpose = Purpose::ResetPassword;
    let decide = |user: identity::User, link| user.reset_requested(link, event.occurred_at, ctx.now());
    let opened = account_link::open_on_request(&ctx, &courier, (&event, &data.address_hash), purpose, decide).await?;
    let Some((user, open)) = opened else { return Ok(()) };
    let link = account_link::link(&ctx, &courier, purpose, &user, &open)?;
    let sender = courier.tenant.name.as_str().to_owned();
    let values = Values::new().text("name", &user.display_name()).text("sender", &sender).link("link", link);
    courier.mail(RESET_PASSWORD, courier.reader(&user), &values).await
}
