//! `GET /api/v1/roles/{name}`: one role.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use identity::{Role, Roles};
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{
    RolesRead,
    roles::role_view::{RoleView, answer},
};

/// Get a role
///
/// A built-in one or one of the tenant's own, which has a version.
#[utoipa::path(get, path = "/api/v1/roles/{name}", responses((status = 200, body = Envelope<RoleView>)))]
pub async fn get_role(State(api): State<Api>, caller: Caller<RolesRead>, Id(role): Id<Role>) -> Result<Reply, Problem> {
    let book = Roles::new(api.table(), caller.scope).get().await?;
    answer(&book, &role, Reply::ok)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testkit::Stack;

    #[tokio::test]
    async fn a_role_is_read_by_its_name_and_has_a_version_when_it_can_be_changed() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, stranger) = stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        let body = json!({ "name": "CASHIER", "permissions": ["payments:*"] });
        let made = client.post("/api/v1/roles", body).bearer(&owner.token).send().await;
        let read =
            async |name: &str, token: &str| client.get(format!("/api/v1/roles/{name}")).bearer(token).send().await;
        let cashier = read("CASHIER", &owner.token).await;
        assert_eq!((cashier.status.as_u16(), cashier.at("/data")), (200, made.at("/data")));
        assert_eq!(cashier.header("etag"), "\"1\"");
        let admin = read("ADMIN", &stranger.token).await;
        assert_eq!((admin.at("/data/builtIn"), admin.header("etag")), (json!(true), ""));
        for nothing in ["CASHIER", "NOBODY", "no-role"] {
            assert_eq!(read(nothing, &stranger.token).await.text("/code"), "NOT_FOUND", "{nothing}");
        }
    }
}
