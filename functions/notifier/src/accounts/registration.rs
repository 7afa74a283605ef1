//! `user.registration_requested`: somebody registered where the tenant hides which addresses are known. Here it is found out
//! who has the address: a new one gets the link that makes a user of the registration, a known one hears that there is an
//! account. The caller learns neither.

use cloud::Ctx;
use events::{Told, user::UserRegistrationRequested};
use identity::{Registrations, Users};
use table::{TransactError, Transaction};

use crate::{
    NotifierError,
    accounts::{account, verify_email},
    announcer::Announcer,
};

/// To whoever has the address; to nobody when the registration is over.
pub(crate) async fn tell(ctx: Ctx, told: Told<UserRegistrationRequested>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &told.event).await? else { return Ok(()) };
    let address = told.data.address_hash.as_str();
    if let Some(user) = Users::new(ctx.table(), announcer.scope()).find_by_address(address).await? {
        // Of a registration whose link was used meanwhile this is the very user, and nobody tried again.
        return if user.id == told.data.user_id { Ok(()) } else { account::exists(&announcer, user).await };
    }
    let registrations = Registrations::new(ctx.table(), announcer.scope());
    let Some(waiting) = registrations.get(told.data.user_id).await? else { return Ok(()) };
    let mut transaction = Transaction::new();
    registrations.save_latest(&mut transaction, address, &waiting).await?;
    match ctx.table().transact(transaction).await {
        Ok(()) => {}
        Err(TransactError::Cancelled(_)) => return Err(NotifierError::InFlight),
        Err(TransactError::Table(error)) => return Err(error.into()),
    }
    verify_email::to_registered(&ctx, &announcer, &waiting).await
}
