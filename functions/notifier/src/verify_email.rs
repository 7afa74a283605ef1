//! `user.registered`, `tenant.created`: the link that proves an address.
//!
//! The link is made here, from the user's row and the platform's key: no event, queue or log ever holds it.

use cloud::Ctx;
use identity::{LinkClaim, LinkKeys, Purpose, User, Users};
use kernel::UserId;
use messaging::{Link, Values, catalogue::VERIFY_EMAIL};
use table::outbox::Event;

use crate::{NotifierError, courier::Courier};

/// Who writes to those who sign a tenant up: the platform itself.
const PLATFORM: &str = "Ruko";

/// To a user who registered with a tenant, in the tenant's name.
pub(crate) async fn to_user(ctx: &Ctx, event: &Event) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(ctx, event).await? else { return Ok(()) };
    let user = courier.data::<UserId>("userId")?;
    let sender = courier.tenant.name.as_str().to_owned();
    send(ctx, &courier, user, &sender).await
}

/// To the owner of a new tenant.
pub(crate) async fn to_owner(ctx: &Ctx, event: &Event) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(ctx, event).await? else { return Ok(()) };
    let owner = courier.data::<UserId>("ownerId")?;
    send(ctx, &courier, owner, PLATFORM).await
}

async fn send(ctx: &Ctx, courier: &Courier<'_>, id: UserId, sender: &str) -> Result<(), NotifierError> {
    let Some(user) = Users::new(ctx.table(), courier.scope()).get(id).await? else { return Ok(()) };
    let Some(link) = link(ctx, courier, &user)? else { return Ok(()) };
    let values = Values::new().text("name", &user.display_name()).text("sender", sender).link("link", link);
    courier.mail(VERIFY_EMAIL, &user.email, &values).await
}

/// `None` for an address that is proven, or whose link is open no more.
fn link(ctx: &Ctx, courier: &Courier<'_>, user: &User) -> Result<Option<Link>, NotifierError> {
    let open = user.verification.as_ref().filter(|open| ctx.now() < open.expires_at);
    let Some(open) = open else { return Ok(None) };
    let link = LinkClaim { tenant: courier.tenant.id, purpose: Purpose::VerifyEmail, subject: user.id.ulid() };
    let token = LinkKeys::new(ctx.ports().keys.hmac("links 1")).token(link, open);
    let (base, tenant) = (&ctx.config().public_url, &courier.tenant.slug);
    let address = format!("{base}/verify-email?tenant={tenant}&token={}", token.expose());
    Link::parse(&address).map(Some).map_err(|_| NotifierError::NoLink)
}
