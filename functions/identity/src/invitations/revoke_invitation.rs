//! `DELETE /api/v1/invitations/{id}`: take an invitation back.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one
//! transaction of invitation, address and audit entry (none when it is void already).

use axum::extract::State;
use identity::{InvitationError, Invitations};
use kernel::InvitationId;
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{InvitationsWrite, audit::actions, invitations::invitation_view::InvitationView};

/// Revoke an invitation
///
/// Its link does nothing from then on. The same answer when it was void already.
#[utoipa::path(
    delete, path = "/api/v1/invitations/{id}",
    responses((status = 200, body = Envelope<InvitationView>), (status = 409, description = "INVITATION_ACCEPTED"))
)]
pub async fn revoke_invitation(
    State(api): State<Api>,
    caller: Caller<InvitationsWrite>,
    info: RequestInfo,
    Id(id): Id<InvitationId>,
) -> Result<Reply, Problem> {
    let invitations = Invitations::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let before = invitations.get(id).await?.ok_or(InvitationError::NotFound)?;
        let Some(revoked) = before.clone().revoked()? else {
            return Ok(Race::Settled(Reply::ok(&InvitationView::at(&before, api.now()))?));
        };
        let mut transaction = Transaction::new();
        invitations.close(&mut transaction, api.addresses(), &revoked)?;
        caller.entry(&api, &info, actions::INVITATION_REVOKED).about(id).insert(&mut transaction, caller.scope)?;
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(Reply::ok(&InvitationView::at(&revoked, api.now()))?)),
            // It was accepted, replaced or taken back in between.
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}
