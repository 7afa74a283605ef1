//! `POST /api/v1/users/{id}/activate`: let a suspended user sign in again.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key if there is one, one read (for a member two, and one or two of the plan and its count of members), one
//! transaction.

use axum::extract::State;
use kernel::UserId;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{
    UsersWrite,
    audit::actions,
    profile::profile_view::ManagedUser,
    users::change_user::{UserChange, change},
};

/// Activate a user
///
/// The sessions that the suspension ended stay ended. Twice is the same as once.
#[utoipa::path(
    post, path = "/api/v1/users/{id}/activate",
    responses((status = 200, body = Envelope<ManagedUser>), (status = 409, description = "MEMBER_LIMIT_REACHED, USER_ERASED"))
)]
pub async fn activate_user(
    State(api): State<Api>,
    caller: Caller<UsersWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<UserId>,
) -> Result<Reply, Problem> {
    let asked = UserChange { api: &api, caller: &caller, id, info: &info, key: &key };
    change(&asked, |user| {
        let entry = caller.entry(&api, &info, actions::USER_ACTIVATED).about(user.id);
        Ok(user.activated()?.map(|active| (active, entry)))
    })
    .await
}
