//! Events about invitations.

use kernel::InvitationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// Somebody was invited to become a member. The link is made when the mail is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationCreated {
    /// Which invitation.
    pub invitation_id: InvitationId,
}

impl Payload for InvitationCreated {
    const NAME: &'static str = "invitation.created";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = InvitationId;

    fn subject(&self) -> InvitationId {
        self.invitation_id
    }
}
