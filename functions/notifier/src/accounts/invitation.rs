//! `invitation.created`: the link that makes somebody a member, or has somebody act for a customer.

use cloud::Ctx;
use events::{Told, invitation::InvitationCreated};
use identity::{Invitation, InvitationStatus, Invitations, Role};
use messaging::{
    Channel, Notice, Recipient, SendWhile, Values,
    catalogue::{CUSTOMER_INVITATION, INVITATION, MessageKind},
};

use crate::{NotifierError, announcer::Announcer};

/// To the invited address, in the tenant's name. Nothing once the invitation is accepted, taken back, replaced or too old.
pub(crate) async fn tell(ctx: Ctx, Told { event, data }: Told<InvitationCreated>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let invitation = Invitations::new(ctx.table(), announcer.scope()).get(data.invitation_id).await?;
    let invitation = invitation.filter(|invitation| invitation.status_at(ctx.now()) == InvitationStatus::Open);
    let notice = invitation.map(|invitation| Notice {
        kind: kind_of(&invitation),
        recipient: Recipient::Invited { invitation_id: invitation.id },
        channels: vec![Channel::Email],
        says: Values::new(),
        sender: announcer.sender(),
        needs: SendWhile::OpenInvitation,
    });
    announcer.tell(notice).await
}

/// Who is to work for the tenant hears of that, also where a customer comes with it.
fn kind_of(invitation: &Invitation) -> MessageKind {
    let is_staff = invitation.roles.iter().any(|role| *role != Role::User);
    if invitation.customer.is_some() && !is_staff { CUSTOMER_INVITATION } else { INVITATION }
}
