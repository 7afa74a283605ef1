//! `POST /api/v1/roles`: a role of the tenant's own.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one
//! transaction of book, audit entry and idempotency row; the last two again for every race that is lost.

use axum::extract::State;
use identity::{PermissionSet, Role, RoleDescription, RoleName};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    RolesWrite,
    audit::actions,
    roles::{
        book_change::BookChange,
        known_permissions,
        role_view::{RoleView, answer},
    },
};

/// A new role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRole {
    /// 2 to 40 capital letters, digits and underscores, beginning with a letter.
    pub name: RoleName,
    /// What it is for, up to 200 characters.
    #[serde(default)]
    pub description: RoleDescription,
    /// 1 to 100 permissions, none that you lack: `resource:action`, `resource:*` or `*`.
    pub permissions: PermissionSet,
}

/// Create a role
///
/// Nobody grants what they lack. A tenant has at most 50 roles of its own. Needs a login of the last ten minutes. A role
/// that was deleted and is made again is held by whoever was not taken the old one.
#[utoipa::path(
    post, path = "/api/v1/roles",
    responses(
        (status = 201, body = Envelope<RoleView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "ROLE_EXISTS, TOO_MANY_ROLES")
    )
)]
pub async fn create_role(
    State(api): State<Api>,
    caller: Caller<RolesWrite>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<CreateRole>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    known_permissions::check(body.permissions.as_slice(), |_| "/permissions".to_owned())?;
    let permissions = body.permissions.to_string();
    let entry =
        caller.entry(&api, &info, actions::ROLE_CREATED).about(body.name.as_str()).with("permissions", permissions);
    let role = Role::Custom(body.name.clone());
    let (now, by) = (api.now(), &caller.grants);
    let change = BookChange { api: &api, caller: &caller, key, entry };
    change
        .make(
            |book| book.with_new(body.name.clone(), body.description.clone(), body.permissions.clone(), by, now),
            |book| answer(book, &role, Reply::created),
        )
        .await
}
