//! `GET /api/v1/users`: the users of the tenant, members and customers; the oldest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query (with a
//! filter up to ten), for an address two reads instead.

use axum::extract::{Query, State};
use http::Uri;
use identity::{Role, UserFilter, UserStatus, Users};
use kernel::Email;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{UsersRead, profile::profile_view::ManagedUser};

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListUsers {
    /// `active`, `suspended` or `erased`; all but the erased when left out.
    #[param(example = "active")]
    pub status: Option<String>,
    /// With this role only.
    #[param(example = "MANAGER")]
    pub role: Option<String>,
    /// The beginning of a username, or a whole e-mail address.
    #[param(example = "budi")]
    pub q: Option<String>,
}

/// Whom `q` looks for.
enum Wanted {
    Anybody,
    Named(String),
    At(Email),
}

/// List users
///
/// A filtered page can be short and still have a next one.
#[utoipa::path(
    get, path = "/api/v1/users", tag = "identity", security(("bearer" = ["users:read"])),
    params(
        ListUsers, ("limit" = Option<u16>, Query, minimum = 1, maximum = 100), ("cursor" = Option<String>, Query)
    ),
    responses(
        (status = 200, body = PageOf<ManagedUser>), (status = 400, description = "INVALID_CURSOR"),
        (status = 403, description = "FORBIDDEN"), (status = 422, description = "VALIDATION_FAILED")
    )
)]
pub async fn list_users(
    State(api): State<Api>,
    caller: Caller<UsersRead>,
    pager: Pager,
    uri: Uri,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let Query(asked) = Query::<ListUsers>::try_from_uri(&uri)
        .map_err(|_| Problem::invalid("q", "INVALID_VALUE", "each parameter may be given once"))?;
    let mut filter = UserFilter {
        status: asked.status.as_deref().map(parse_status).transpose()?,
        role: asked.role.as_deref().map(parse_role).transpose()?,
        username_prefix: None,
    };
    let users = Users::new(api.table(), caller.scope);
    let page = match parse_q(asked.q.as_deref())? {
        Wanted::At(email) => users.list_one(api.addresses(), &filter, &email).await?,
        Wanted::Named(prefix) => {
            filter.username_prefix = Some(prefix);
            users.list(&filter, &pager.request()).await?
        }
        Wanted::Anybody => users.list(&filter, &pager.request()).await?,
    };
    let rows = page.items.iter().map(ManagedUser::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

fn parse_status(text: &str) -> Result<UserStatus, Problem> {
    match text {
        "active" => Ok(UserStatus::Active),
        "suspended" => Ok(UserStatus::Suspended),
        "erased" => Ok(UserStatus::Erased),
        _ => Err(Problem::invalid("status", "INVALID_VALUE", "use active, suspended or erased")),
    }
}

fn parse_role(text: &str) -> Result<Role, Problem> {
    text.parse().map_err(|error: identity::RoleNameError| Problem::invalid("role", "INVALID_VALUE", error.to_string()))
}

fn parse_q(text: Option<&str>) -> Result<Wanted, Problem> {
    let Some(text) = text else { return Ok(Wanted::Anybody) };
    if text.contains('@') {
        return text
            .parse()
            .map(Wanted::At)
            .map_err(|error: kernel::EmailError| Problem::invalid("q", "INVALID_VALUE", error.to_string()));
    }
    let prefix = text.to_ascii_lowercase();
    let is_mark = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    if (1..=40).contains(&prefix.len()) && prefix.bytes().all(is_mark) {
        Ok(Wanted::Named(prefix))
    } else {
        let detail = "use the beginning of a username (letters, digits, dots, underscores, hyphens) or a whole address";
        Err(Problem::invalid("q", "INVALID_VALUE", detail))
    }
}
