//! `PATCH /api/v1/users/{id}`: change a user's names.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read (for a member
//! two), one transaction.

use axum::extract::State;
use identity::{PersonName, ProfileChange};
use kernel::{Field, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    UsersWrite,
    audit::actions,
    profile::profile_view::ManagedUser,
    users::change_user::{UserChange, change},
};

/// What changes; what is left out stays, and null takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateUser {
    /// Given name, up to 80 characters.
    #[serde(default)]
    pub first_name: Field<PersonName>,
    /// Family name, up to 80 characters.
    #[serde(default)]
    pub last_name: Field<PersonName>,
}

/// Update a user
///
/// Nobody changes a user whose roles grant more than their own.
#[utoipa::path(
    patch, path = "/api/v1/users/{id}",
    responses((status = 200, body = Envelope<ManagedUser>), (status = 409, description = "USER_ERASED"))
)]
pub async fn update_user(
    State(api): State<Api>,
    caller: Caller<UsersWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<UserId>,
    Json(body): Json<UpdateUser>,
) -> Result<Reply, Problem> {
    let names = ProfileChange { first_name: body.first_name, last_name: body.last_name, ..ProfileChange::default() };
    let asked = UserChange { api: &api, caller: &caller, id, info: &info, key: &key };
    change(&asked, |old| {
        if_match.check(old.version)?;
        let Some(new) = old.clone().with_profile(names.clone())? else { return Ok(None) };
        let entry = caller.entry(&api, &info, actions::USER_UPDATED).about(new.id);
        let entry = entry.with("fields", new.differences(&old));
        Ok(Some((new, entry)))
    })
    .await
}
