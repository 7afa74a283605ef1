//! `DELETE /api/v1/users/{id}/roles`: take the role that the body names from a user.
//!
//! Round trips: as `revoke_role`, which names the role in the path.

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

/// The role to take.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeRole {
    /// The name of a role of this tenant.
    pub role: Role,
}

/// Remove a role from a user (by body)
///
/// The same as `DELETE /api/v1/users/{id}/roles/{role}`, for clients whose `POST` and `DELETE` look alike. Prefer that one
/// where something on the way drops the bodies of such calls.
#[utoipa::path(
    delete, path = "/api/v1/users/{id}/roles",
    responses(
        (status = 200, body = Envelope<UserView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "LAST_ADMIN"), (status = 422, description = "UNKNOWN_ROLE")
    )
)]
pub async fn take_role(
    State(api): State<Api>,
    caller: Caller<UsersRoles>,
    info: RequestInfo,
    key: Optional,
    Id(user): Id<UserId>,
    Json(body): Json<TakeRole>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let holder = RoleHolder { api: &api, caller: &caller, info: &info, key: &key, user, role: body.role };
    holder.make(GiveOrTake::Take).await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use identity::Role;
    use serde_json::json;
    use testkit::Stack;

    #[tokio::test]
    async fn the_role_of_the_body_is_taken() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::Manager).await;
        let client = stack.serve(crate::function);
        let path = format!("/api/v1/users/{}/roles", budi.user);
        let empty = client.call(Method::DELETE, path.clone()).bearer(&owner.token).send().await;
        assert_eq!((empty.status.as_u16(), empty.text("/errors/0/code").as_str()), (422, "REQUIRED"));
        let take = || client.call(Method::DELETE, path.clone()).bearer(&owner.token).json(json!({ "role": "MANAGER" }));
        for _ in 0..2 {
            let taken = take().send().await;
            assert_eq!((taken.status.as_u16(), taken.at("/data/roles")), (200, json!(["USER"])));
        }
    }
}
