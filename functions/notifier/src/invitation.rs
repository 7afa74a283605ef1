//! `invitation.created`: the link that makes somebody a member.
//!
//! The link is made here, from the invitation's row and the platform's key: no event, queue or log ever holds it. The
//! token stands behind `#`, which browsers send to no server, so that it is in no access log either.

use cloud::Ctx;
use events::{Told, invitation::InvitationCreated};
use identity::{Invitation, InvitationStatus, Invitations, LinkClaim, LinkKeys, Purpose, Users};
use messaging::{Link, Values, catalogue::INVITATION};

use crate::{
    NotifierError,
    courier::{Courier, Reader},
};

/// To the invited address, in the tenant's name. Nothing once the invitation is accepted, taken back, replaced or too old.
pub(crate) async fn send(ctx: Ctx, Told { event, data }: Told<InvitationCreated>) -> Result<(), NotifierError> {
    let Some(courier) = Courier::of(&ctx, &event).await? else { return Ok(()) };
    let invitation = Invitations::new(ctx.table(), courier.scope()).get(data.invitation_id).await?;
    let Some(invitation) = invitation else { return Ok(()) };
    if invitation.status_at(ctx.now()) != InvitationStatus::Open {
        return Ok(());
    }
    let sender = courier.tenant.name.as_str();
    let inviter = Users::new(ctx.table(), courier.scope()).get(invitation.invited_by).await?;
    let inviter = inviter.map_or_else(|| sender.to_owned(), |inviter| inviter.display_name());
    let link = link(&ctx, &courier, &invitation)?;
    let values = Values::new().text("inviter", &inviter).text("sender", sender).link("link", link);
    courier.mail(INVITATION, Reader { email: &invitation.email, language: courier.language() }, &values).await
}

fn link(ctx: &Ctx, courier: &Courier<'_>, invitation: &Invitation) -> Result<Link, NotifierError> {
    let link = LinkClaim { tenant: courier.tenant.id, purpose: Purpose::Invitation, subject: invitation.id.ulid() };
    let token = LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL)).token(link, &invitation.link);
    let (base, tenant) = (&ctx.config().public_url, &courier.tenant.slug);
    let address = format!("{base}/account/accept-invitation#tenant={tenant}&token={}", token.expose());
    Link::parse(&address).map_err(|_| NotifierError::NoLink)
}
