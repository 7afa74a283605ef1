//! `user.registered`, `tenant.created`, `user.verification_requested`: the link that proves an address.

use cloud::Ctx;
use events::{
    AddressHash, Told,
    tenant::TenantCreated,
    user::{UserRegistered, UserVerificationRequested},
};
use identity::{Purpose, Registrations, User, Users, VerifyToken};
use kernel::UserId;
use messaging::{Values, catalogue::VERIFY_EMAIL};

use crate::{NotifierError, account_link, courier::Courier};

/// Who writes to those who sign a tenant up: the platform itself.
const PLATFORM: &str = "Ruko";

/// To a user who registered with a tenant, in the tenant's name.
pub(crate) async fn to_user(ctx: Ctx, Told { event, data }: Told<UserRegistered>) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(&ctx, &event).await? else { return Ok(()) };
    let sender = courier.tenant.name.as_str().to_owned();
    send(&ctx, &courier, data.user_id, &sender).await
}

/// To the owner of a new tenant.
pub(crate) async fn to_owner(ctx: Ctx, Told { event, data }: Told<TenantCreated>) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(&ctx, &event).await? else { return Ok(()) };
    send(&ctx, &courier, data.owner_id, PLATFORM).await
}

/// To a user who asked for another link; to nobody when the address is proven or unknown.
pub(crate) async fn on_request(
    ctx: Ctx,
    Told { event, data }: Told<UserVerificationRequested>,
) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(&ctx, &event).await? else { return Ok(()) };
    let decide = |user: User, link| user.verification_requested(link, ctx.now());
    let request = (&event, &data.address_hash);
    let opened = account_link::open_on_request(&ctx, &courier, request, Purpose::VerifyEmail, decide).await?;
    let Some((user, open)) = opened else { return again(&ctx, &courier, &data.address_hash).await };
    let sender = courier.tenant.name.as_str().to_owned();
    mail(&ctx, &courier, &user, &open, &sender).await
}

/// To whoever registered with the address and is no user yet: the same link again, which works no longer for it.
async fn again(ctx: &Ctx, courier: &Courier<'_>, address: &AddressHash) -> Result<(), NotifierError> {
    if Users::new(ctx.table(), courier.scope()).find_by_address(address.as_str()).await?.is_some() {
        return Ok(());
    }
    match Registrations::new(ctx.table(), courier.scope()).latest(address.as_str()).await? {
        Some(waiting) => to_registered(ctx, courier, &waiting).await,
        None => Ok(()),
    }
}

/// To whoever registered where the tenant hides which addresses are known, and is no user yet.
pub(crate) async fn to_registered(ctx: &Ctx, courier: &Courier<'_>, waiting: &User) -> Result<(), NotifierError> {
    let sender = courier.tenant.name.as_str().to_owned();
    mail_open(ctx, courier, waiting, &sender).await
}

async fn send(ctx: &Ctx, courier: &Courier<'_>, id: UserId, sender: &str) -> Result<(), NotifierError> {
    let Some(user) = Users::new(ctx.table(), courier.scope()).get(id).await? else { return Ok(()) };
    mail_open(ctx, courier, &user, sender).await
}

async fn mail_open(ctx: &Ctx, courier: &Courier<'_>, user: &User, sender: &str) -> Result<(), NotifierError> {
    // `None` for an address that is proven, or whose link is open no more.
    let open = user.verification.as_ref().filter(|open| ctx.now() < open.expires_at);
    let Some(open) = open else { return Ok(()) };
    mail(ctx, courier, user, open, sender).await
}

async fn mail(
    ctx: &Ctx,
    courier: &Courier<'_>,
    user: &User,
    open: &VerifyToken,
    sender: &str,
) -> Result<(), NotifierError> {
    let link = account_link::link(ctx, courier, Purpose::VerifyEmail, user, open)?;
    let values = Values::new().text("name", &user.display_name()).text("sender", sender).link("link", link);
    courier.mail(VERIFY_EMAIL, courier.reader(user), &values).await
}
