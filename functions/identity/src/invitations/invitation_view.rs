//! An invitation, as callers see one.

use identity::{Invitation, InvitationStatus, Role};
use kernel::{CustomerId, Email, InvitationId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// An invitation. Never the stored record: no link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    pub id: InvitationId,
    /// Whose mailbox got the link.
    pub email: Email,
    /// What whoever accepts may do.
    pub roles: Vec<Role>,
    /// The customer that whoever accepts comes to act for.
    pub customer_id: Option<CustomerId>,
    pub status: InvitationStatus,
    /// Who invited.
    pub invited_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when the link works.
    pub expires_at: Timestamp,
}

impl InvitationView {
    /// The invitation as it stands at `now`.
    pub fn at(invitation: &Invitation, now: Timestamp) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email.clone(),
            roles: invitation.roles.clone(),
            customer_id: invitation.customer,
            status: invitation.status_at(now),
            invited_by: invitation.invited_by,
            created_at: invitation.created_at,
            expires_at: invitation.link.expires_at,
        }
    }
}
