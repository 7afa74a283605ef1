//! `PATCH /api/v1/roles/{name}`: what a role of the tenant's own is for and grants.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one
//! transaction of book and audit entry (none when nothing changes); the last two again for every race that is lost.

use axum::extract::State;
use identity::{PermissionSet, Role, RoleDescription, RolePatch};
use kernel::Field;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, IfMatch, Json, Problem, Reply};

use crate::{
    RolesWrite,
    audit::actions,
    roles::{
        book_change::BookChange,
        known_permissions,
        role_view::{RoleView, answer},
    },
};

/// What is new about a role; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRole {
    /// What it is for, up to 200 characters; null takes it away.
    #[serde(default)]
    pub description: Field<RoleDescription>,
    /// 1 to 100 permissions, which replace the old ones; none that you lack.
    #[serde(default)]
    #[schema(value_type = PermissionSet, required = false)]
    pub permissions: Field<PermissionSet>,
}

/// Update a role
///
/// Whoever changes a role holds what it grants, before and after. What it grants is felt within 30 seconds by everybody
/// who has it. Needs a login of the last ten minutes.
#[utoipa::path(
    patch, path = "/api/v1/roles/{name}",
    responses(
        (status = 200, body = Envelope<RoleView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "ROLE_BUILT_IN")
    )
)]
pub async fn update_role(
    State(api): State<Api>,
    caller: Caller<RolesWrite>,
    Edit { info, key, if_match }: Edit,
    Id(role): Id<Role>,
    Json(body): Json<UpdateRole>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let patch = patch(body, if_match)?;
    let mut entry = caller.entry(&api, &info, actions::ROLE_UPDATED).about(&role);
    if let Some(permissions) = &patch.permissions {
        known_permissions::check(permissions.as_slice(), |_| "/permissions".to_owned())?;
        entry = entry.with("permissions", permissions.to_string());
    }
    let change = BookChange { api: &api, caller: &caller, key, entry };
    change
        .make(
            |book| book.with_changed(&role, patch.clone(), &caller.grants, api.now()),
            |book| answer(book, &role, Reply::ok),
        )
        .await
}

fn patch(body: UpdateRole, if_match: IfMatch) -> Result<RolePatch, Problem> {
    let description = match body.description {
        Field::Absent => None,
        Field::Null => Some(RoleDescription::default()),
        Field::Value(description) => Some(description),
    };
    let permissions = match body.permissions {
        Field::Absent => None,
        Field::Null => return Err(Problem::invalid("/permissions", "REQUIRED", "a role grants something")),
        Field::Value(permissions) => Some(permissions),
    };
    Ok(RolePatch { seen: if_match.seen()?, description, permissions })
}
