//! `GET /api/v1/roles`: the built-in roles and those that the tenant made.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use identity::{Role, Roles};
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{RolesRead, roles::role_view::RoleView};

/// List roles
///
/// The built-in ones first, then the tenant's own by name.
#[utoipa::path(get, path = "/api/v1/roles", responses((status = 200, body = PageOf<RoleView>)))]
pub async fn list_roles(State(api): State<Api>, caller: Caller<RolesRead>, pager: Pager) -> Result<Reply, Problem> {
    let book = Roles::new(api.table(), caller.scope).get().await?;
    let custom = book.roles.keys().cloned().map(Role::Custom);
    let roles = Role::BUILT_IN.into_iter().chain(custom);
    pager.cut(&api, roles.filter_map(|role| RoleView::of(&book, &role)).collect(), |view| view.name.clone())
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::json;
    use testkit::Stack;

    #[tokio::test]
    async fn the_built_in_ones_come_first_and_another_tenants_never() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let (_, stranger) = stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        for name in ["PACKER", "CASHIER"] {
            let body = json!({ "name": name, "description": "At the counter", "permissions": ["payments:*"] });
            assert_eq!(client.post("/api/v1/roles", body).bearer(&owner.token).send().await.status, 201);
        }
        let names = async |token: &str| {
            let answer = client.get("/api/v1/roles").bearer(token).send().await;
            let rows = answer.at("/data").as_array().cloned().unwrap_or_default();
            rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&owner.token).await, ["ADMIN", "MANAGER", "USER", "CASHIER", "PACKER"]);
        assert_eq!(names(&stranger.token).await, ["ADMIN", "MANAGER", "USER"]);
        let page = async |query: &str| client.get(format!("/api/v1/roles?{query}")).bearer(&owner.token).send().await;
        let first = page("limit=4").await;
        assert_eq!((first.at("/data/3/name"), first.at("/page/limit")), (json!("CASHIER"), json!(4)));
        let second = page(&format!("limit=4&cursor={}", first.text("/page/next"))).await;
        assert_eq!((second.at("/data/0/name"), second.at("/page/next")), (json!("PACKER"), json!(null)));
        assert_eq!(page("limit=0").await.text("/errors/0/pointer"), "limit");
        assert_eq!(page("cursor=x").await.text("/code"), "INVALID_CURSOR");
        let answer = client.get("/api/v1/roles").bearer(&owner.token).send().await;
        assert_eq!(answer.at("/data/0/permissions"), json!(["*"]));
        assert_eq!((answer.at("/data/0/builtIn"), answer.at("/data/3/builtIn")), (json!(true), json!(false)));
        assert_eq!(answer.at("/data/3/description"), "At the counter");
        assert!(answer.at("/data/2/ownPermissions").as_array().unwrap().contains(&json!("payments:*")));
        let scope = table::TenantScope::new(tenant.id);
        let customer = stack.user(scope, "budi@example.com", Role::User).await;
        let refused = client.get("/api/v1/roles").bearer(&customer.token).send().await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"));
    }
}
