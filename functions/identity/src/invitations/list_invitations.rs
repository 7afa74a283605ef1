//! `GET /api/v1/invitations`: who is invited and has not come yet; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use identity::Invitations;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{InvitationsRead, invitations::invitation_view::InvitationView};

/// List invitations
///
/// The open ones, and for 30 days those that nobody accepted in time, as `expired`.
#[utoipa::path(get, path = "/api/v1/invitations", responses((status = 200, body = PageOf<InvitationView>)))]
pub async fn list_invitations(
    State(api): State<Api>,
    caller: Caller<InvitationsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let page = Invitations::new(api.table(), caller.scope).list(&pager.request()).await?;
    let now = api.now();
    let rows = page.items.iter().map(|invitation| InvitationView::at(invitation, now)).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
