//! `GET /api/v1/users/{id}`: one user of the tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::UserId;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{UsersRead, profile::profile_view::ManagedUser, users::change_user::within_reach};

/// Get a user
///
/// Of an erased user only the id and the times are left.
#[utoipa::path(get, path = "/api/v1/users/{id}", responses((status = 200, body = Envelope<ManagedUser>)))]
pub async fn get_user(State(api): State<Api>, caller: Caller<UsersRead>, Id(id): Id<UserId>) -> Result<Reply, Problem> {
    let user = within_reach(&api, &caller, id).await?;
    Ok(Reply::ok(&ManagedUser::from(&user))?.version(user.version))
}
