//! `user.registered`, `tenant.created`, `user.verification_requested`: the link that proves an address.

use cloud::Ctx;
use events::{
    AddressHash, Told,
    tenant::TenantCreated,
    user::{UserRegistered, UserVerificationRequested},
};
use identity::{LinkPurpose, Registrations, User, Users, VerifyToken};
use kernel::UserId;
use messaging::{Channel, Notice, Recipient, SendWhile, Values, catalogue::VERIFY_EMAIL};

use crate::{NotifierError, accounts::account_link, announcer::Announcer};

/// To a user who registered with a tenant, in the tenant's name.
pub(crate) async fn to_user(ctx: Ctx, Told { event, data }: Told<UserRegistered>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    to_known(&ctx, &announcer, data.user_id, announcer.sender()).await
}

/// To the owner of a new tenant, in the platform's name.
pub(crate) async fn to_owner(ctx: Ctx, Told { event, data }: Told<TenantCreated>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let sender = announcer.platform().await?;
    to_known(&ctx, &announcer, data.owner_id, sender).await
}

/// To a user who asked for another link; to nobody when the address is proven or unknown.
pub(crate) async fn on_request(
    ctx: Ctx,
    Told { event, data }: Told<UserVerificationRequested>,
) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let decide = |user: User, link| user.verification_requested(link, ctx.now());
    let (address, purpose) = (&data.address_hash, LinkPurpose::VerifyEmail);
    let opened = account_link::open_on_request(&ctx, &announcer, address, purpose, decide).await?;
    let Some((user, open)) = opened else { return again(&ctx, &announcer, address).await };
    let recipient = Recipient::User { user_id: user.id };
    announcer.tell([notice(recipient, &open, announcer.sender())]).await
}

/// To whoever registered with the address and is no user yet: the same link again, which works no longer for it.
async fn again(ctx: &Ctx, announcer: &Announcer<'_>, address: &AddressHash) -> Result<(), NotifierError> {
    if Users::new(ctx.table(), announcer.scope()).find_by_address(address.as_str()).await?.is_some() {
        return Ok(());
    }
    match Registrations::new(ctx.table(), announcer.scope()).latest(address.as_str()).await? {
        Some(waiting) => to_registered(ctx, announcer, &waiting).await,
        None => Ok(()),
    }
}

/// To whoever registered where the tenant hides which addresses are known, and is no user yet.
pub(crate) async fn to_registered(ctx: &Ctx, announcer: &Announcer<'_>, waiting: &User) -> Result<(), NotifierError> {
    let recipient = Recipient::Registration { user_id: waiting.id };
    let open = open_link(ctx, waiting);
    announcer.tell(open.map(|open| notice(recipient, open, announcer.sender()))).await
}

async fn to_known(ctx: &Ctx, announcer: &Announcer<'_>, id: UserId, sender: String) -> Result<(), NotifierError> {
    let Some(user) = Users::new(ctx.table(), announcer.scope()).get(id).await? else { return Ok(()) };
    let open = open_link(ctx, &user);
    announcer.tell(open.map(|open| notice(Recipient::User { user_id: id }, open, sender))).await
}

/// `None` for an address that is proven, or whose link is open no more.
fn open_link<'u>(ctx: &Ctx, user: &'u User) -> Option<&'u VerifyToken> {
    user.verification.as_ref().filter(|open| ctx.now() < open.expires_at)
}

fn notice(recipient: Recipient, open: &VerifyToken, sender: String) -> Notice {
    Notice {
        kind: VERIFY_EMAIL,
        recipient,
        channels: vec![Channel::Email],
        says: Values::new(),
        sender,
        needs: SendWhile::VerifyLink { expires_at: open.expires_at },
    }
}
