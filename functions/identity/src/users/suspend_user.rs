//! `POST /api/v1/users/{id}/suspend`: end all of a user's sessions and let them sign in no more.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key if there is one, one read (for a member two), one transaction.

use axum::extract::State;
use identity::{MembershipError, Reason};
use kernel::UserId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    UsersWrite,
    audit::actions,
    profile::profile_view::ManagedUser,
    users::change_user::{UserChange, change},
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendUser {
    /// Why the account is suspended, for the other administrators.
    pub reason: Option<Reason>,
}

/// Suspend a user
///
/// Every session ends; a token that was seen within the last half minute may work for the rest of it. Twice is the same
/// as once. The last active administrator stays.
#[utoipa::path(
    post, path = "/api/v1/users/{id}/suspend",
    responses((status = 200, body = Envelope<ManagedUser>), (status = 409, description = "LAST_ADMIN, USER_ERASED"))
)]
pub async fn suspend_user(
    State(api): State<Api>,
    caller: Caller<UsersWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<UserId>,
    Json(body): Json<SuspendUser>,
) -> Result<Reply, Problem> {
    let asked = UserChange { api: &api, caller: &caller, id, info: &info, key: &key };
    change(&asked, |user| {
        if user.id == caller.user {
            return Err(MembershipError::Oneself.into());
        }
        let entry = caller.entry(&api, &info, actions::USER_SUSPENDED).about(user.id);
        Ok(user.suspended(body.reason.clone(), api.now())?.map(|suspended| (suspended, entry)))
    })
    .await
}
