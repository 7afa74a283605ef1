//! `GET /api/v1/admin/users`: users found by a whole address, by the beginning of a username, by role or by state.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query (with a filter up to
//! ten), for an address two reads instead; where reads are recorded one write more.

use axum::extract::State;
use identity::{Role, UserFilter, UserStatus, Users};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, RequestInfo};

use crate::{
    ADMIN_USERS_LISTED, AdminRead,
    search::looked_for::{Person, person},
    users::admin_user_view::AdminUserView,
};

/// Which users.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminUserFilter {
    /// A whole e-mail address, or the beginning of a username.
    #[schema(example = "budi@example.com", max_length = 254)]
    pub q: Option<String>,
    /// With this role only.
    pub role: Option<Role>,
    /// With this status only; all but the erased when left out.
    pub status: Option<UserStatus>,
}

/// List users for staff
///
/// Addresses are stored sealed and found whole, by a keyed hash; nothing finds the beginning of one. A filtered page can be short
/// and still have a next one.
#[utoipa::path(get, path = "/api/v1/admin/users", responses((status = 200, body = PageOf<AdminUserView>)))]
pub async fn list_admin_users(
    State(api): State<Api>,
    caller: Caller<AdminRead>,
    info: RequestInfo,
    pager: Pager,
    QueryString(asked): QueryString<AdminUserFilter>,
) -> Result<Reply, Problem> {
    let users = Users::new(api.table(), caller.scope);
    let mut filter = UserFilter { status: asked.status, role: asked.role, username_prefix: None };
    let page = match asked.q.as_deref().map(person).transpose()? {
        Some(Person::At(email)) => users.list_one(api.addresses(), &filter, &email).await?,
        Some(Person::Named(prefix)) => {
            filter.username_prefix = Some(prefix);
            users.list(&filter, &pager.request()).await?
        }
        None => users.list(&filter, &pager.request()).await?,
    };
    caller.record_read(&api, &info, ADMIN_USERS_LISTED, "users").await?;
    let rows = page.items.iter().map(AdminUserView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    const PATH: &str = "/api/v1/admin/users";

    #[tokio::test]
    async fn a_user_is_found_by_address_name_role_and_state() {
        let world = World::open().await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        for (query, found) in [
            ("?q=BUDI%40example.com", vec!["budi-at-example.com"]),
            ("?q=nobody%40example.com", vec![]),
            ("?q=owner%40toko-b.example", vec![]),
            ("?q=Budi-", vec!["budi-at-example.com"]),
            ("?role=ADMIN", vec!["owner-at-toko-a.example"]),
            ("?role=ADMIN&q=budi%40example.com", vec![]),
            ("?status=suspended", vec![]),
        ] {
            let answer = world.get(&world.owner, &format!("{PATH}{query}")).await;
            assert_eq!(answer.status, 200, "{}", answer.snapshot());
            let names: Vec<_> =
                answer.at("/data").as_array().unwrap().iter().map(|row| row["username"].clone()).collect();
            assert_eq!(json!(names), json!(found), "{query}");
        }
        let other = world.get(&stranger, &format!("{PATH}?q=budi%40example.com")).await;
        assert_eq!(other.at("/data"), json!([]));
    }

    #[tokio::test]
    async fn what_is_no_address_and_no_name_is_refused() {
        let world = World::open().await;
        for q in ["a%40", "b%20c", "", "%40"] {
            let answer = world.get(&world.owner, &format!("{PATH}?q={q}")).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code")), (422, "VALIDATION_FAILED".to_owned()), "{q}");
        }
    }
}
