//! `DELETE /api/v1/users/{id}/roles/{role}`: take a role from a user.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key if there is one, one read, one transaction of user, count of administrators, audit entry and event (none
//! when the user lacks the role); the last two again for every race that is lost.

use axum::extract::State;
use identity::Role;
use kernel::UserId;
use web::{Api, Caller, Envelope, Ids, Optional, Problem, Reply, RequestInfo};

use crate::{
    UsersRoles,
    user_roles::role_holder::{GiveOrTake, RoleHolder},
    users::user_view::UserView,
};

/// Remove a role from a user
///
/// Whoever takes a role holds what it grants. The last active administrator stays one. Everybody keeps at least USER: who
/// loses the last role is a customer from then on. The same answer when the user does not have the role. Needs a login
/// of the last ten minutes. What the role granted ends within 30 seconds; the user's sessions go on.
#[utoipa::path(
    delete, path = "/api/v1/users/{id}/roles/{role}",
    responses(
        (status = 200, body = Envelope<UserView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "LAST_ADMIN, USER_ERASED"), (status = 422, description = "UNKNOWN_ROLE")
    )
)]
pub async fn revoke_role(
    State(api): State<Api>,
    caller: Caller<UsersRoles>,
    info: RequestInfo,
    key: Optional,
    Ids(user, role): Ids<UserId, Role>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let holder = RoleHolder { api: &api, caller: &caller, info: &info, key: &key, user, role };
    holder.make(GiveOrTake::Take).await
}
