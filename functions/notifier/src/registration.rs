//! `user.registration_requested`: somebody registered where the tenant hides which addresses are known. Here it is found out
//! who has the address: a new one gets the link that makes a user of the registration, a known one hears that there is an
//! account. The caller learns neither.

use cloud::Ctx;
use identity::{Registrations, Users};
use kernel::UserId;
use table::{WriteError, outbox::Event};

use crate::{NotifierError, account, courier::Courier, verify_email};

/// To whoever has the address; to nobody when the registration is over.
pub(crate) async fn send(ctx: &Ctx, event: &Event) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(ctx, event).await? else { return Ok(()) };
    let address: String = courier.data("addressHash")?;
    if let Some(user) = Users::new(ctx.table(), courier.scope()).find_by_address(&address).await? {
        return account::exists(&courier, user).await;
    }
    let id: UserId = courier.data("userId")?;
    let registrations = Registrations::new(ctx.table(), courier.scope());
    let Some(waiting) = registrations.get(id).await? else { return Ok(()) };
    match ctx.table().write(registrations.mailed(&address, &waiting)).await {
        Ok(_) => {}
        Err(WriteError::ConditionFailed { .. }) => return Err(NotifierError::InFlight),
        Err(WriteError::Table(error)) => return Err(error.into()),
    }
    verify_email::to_registered(ctx, &courier, &waiting).await
}
