//! `GET /api/v1/users`: the users of the tenant, members and customers; the oldest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query (with a
//! filter up to ten), for an address two reads instead.

use axum::extract::State;
use identity::{Role, UserFilter, UserStatus, Users};
use kernel::Email;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, RequestInfo};

use crate::{UsersRead, audit::actions, profile::profile_view::ManagedUser};

/// Which users.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListUsers {
    /// With this status only; all but the erased when left out.
    pub status: Option<UserStatus>,
    /// With this role only.
    pub role: Option<Role>,
    /// The beginning of a username, or a whole e-mail address.
    #[schema(example = "budi", max_length = 254)]
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
#[utoipa::path(get, path = "/api/v1/users", responses((status = 200, body = PageOf<ManagedUser>)))]
pub async fn list_users(
    State(api): State<Api>,
    caller: Caller<UsersRead>,
    info: RequestInfo,
    pager: Pager,
    QueryString(asked): QueryString<ListUsers>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let mut filter = UserFilter { status: asked.status, role: asked.role, username_prefix: None };
    let users = Users::new(api.table(), caller.scope);
    let page = match parse_q(asked.q.as_deref())? {
        Wanted::At(email) => users.list_one(api.addresses(), &filter, &email).await?,
        Wanted::Named(prefix) => {
            filter.username_prefix = Some(prefix);
            users.list(&filter, &pager.request()).await?
        }
        Wanted::Anybody => users.list(&filter, &pager.request()).await?,
    };
    caller.record_read(&api, &info, actions::USERS_LISTED, "users").await?;
    let rows = page.items.iter().map(ManagedUser::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
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
