//! `DELETE /api/v1/roles/{name}`: take a role of the tenant's own away.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one
//! transaction of book and audit entry; the last two again for every race that is lost.

use axum::extract::State;
use identity::Role;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{RolesWrite, audit::actions, roles::book_change::BookChange};

/// A role that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleDeleted {
    /// Its name.
    #[schema(example = "CASHIER")]
    pub name: String,
    /// Always true.
    #[schema(example = true)]
    pub deleted: bool,
}

/// Delete a role
///
/// Also while users have it: they keep its name, which grants nothing from then on, until it is taken from them. Whoever
/// deletes a role holds what it grants. Needs a login of the last ten minutes.
#[utoipa::path(
    delete, path = "/api/v1/roles/{name}",
    responses(
        (status = 200, body = Envelope<RoleDeleted>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "ROLE_BUILT_IN")
    )
)]
pub async fn delete_role(
    State(api): State<Api>,
    caller: Caller<RolesWrite>,
    info: RequestInfo,
    key: Optional,
    Id(role): Id<Role>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let entry = caller.entry(&api, &info, actions::ROLE_DELETED).about(&role);
    let change = BookChange { api: &api, caller: &caller, key, entry };
    let gone = || RoleDeleted { name: role.to_string(), deleted: true };
    change.make(|book| book.without(&role, &caller.grants), |_| Reply::ok(&gone())).await
}
