//! An invitation, as callers see one.

use identity::{Invitation, InvitationStatus, Role};
use kernel::{CustomerId, Email, InvitationId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// An invitation. Never the stored record: no link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    /// The id.
    #[schema(value_type = String, example = "ivt_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub id: InvitationId,
    /// Whose mailbox got the link.
    #[schema(value_type = String, example = "siti@example.com")]
    pub email: Email,
    /// What whoever accepts may do.
    #[schema(value_type = Vec<String>, example = json!(["MANAGER"]))]
    pub roles: Vec<Role>,
    /// The customer that whoever accepts comes to act for.
    #[schema(value_type = Option<String>, example = "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub customer_id: Option<CustomerId>,
    /// `open`, `accepted`, `revoked`, `replaced` or `expired`.
    #[schema(value_type = String, example = "open")]
    pub status: InvitationStatus,
    /// Who invited.
    #[schema(value_type = String, example = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub invited_by: UserId,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T01:00:00.000Z")]
    pub created_at: Timestamp,
    /// Until when the link works.
    #[schema(value_type = String, format = DateTime, example = "2026-11-28T01:00:00.000Z")]
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
