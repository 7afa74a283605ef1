//! `POST /api/v1/users/{id}/roles`: give a user a role.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key if there is one, one read, for a first role beyond USER one or two of the plan and its count of members, one
//! transaction of user, counts of administrators and members, audit entry and event (none when the user has the role); all
//! but the first three again for every race that is lost.

use axum::extract::State;
use identity::Role;
use kernel::UserId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    UsersRoles,
    user_roles::role_holder::{GiveOrTake, RoleHolder},
    users::user_view::UserView,
};

/// The role to give.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantRole {
    /// The name of a role of this tenant.
    pub role: Role,
}

/// Add a role to a user
///
/// Nobody gives what they lack. To an account that was imported and whose owner has not set a password by mail since,
/// nothing is given: invite the address. The same answer when the user has the role already. Needs a login of the last ten
/// minutes. The user need not sign in again: the role is felt within 30 seconds.
#[utoipa::path(
    post, path = "/api/v1/users/{id}/roles",
    responses(
        (status = 200, body = Envelope<UserView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "ACCOUNT_IMPORTED, MEMBER_LIMIT_REACHED, TOO_MANY_ROLES, USER_ERASED"),
        (status = 422, description = "UNKNOWN_ROLE")
    )
)]
pub async fn grant_role(
    State(api): State<Api>,
    caller: Caller<UsersRoles>,
    info: RequestInfo,
    key: Optional,
    Id(user): Id<UserId>,
    Json(body): Json<GrantRole>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let holder = RoleHolder { api: &api, caller: &caller, info: &info, key: &key, user, role: body.role };
    holder.make(GiveOrTake::Give).await
}
