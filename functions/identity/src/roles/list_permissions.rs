//! `GET /api/v1/permissions`: what roles can grant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known).

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{RolesRead, roles::known_permissions::PERMISSIONS};

/// A permission.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionView {
    /// `resource:action`. A role may also grant every action on a resource, `resource:*`, or everything, `*`.
    #[schema(example = "invoices:read")]
    pub name: &'static str,
    /// What it allows.
    #[schema(example = "See invoices and credit notes")]
    pub meaning: &'static str,
}

/// List permissions
///
/// All that the routes ask for, in the order of their names.
#[utoipa::path(get, path = "/api/v1/permissions", responses((status = 200, body = PageOf<PermissionView>)))]
pub async fn list_permissions(
    State(api): State<Api>,
    _caller: Caller<RolesRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let all = PERMISSIONS.iter().map(|(&name, &meaning)| PermissionView { name, meaning });
    pager.cut(&api, all.collect(), |view| view.name.to_owned())
}

#[cfg(test)]
mod tests {
    use testkit::Stack;

    use crate::roles::known_permissions::PERMISSIONS;

    #[tokio::test]
    async fn every_permission_is_explained() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let answer = client.get("/api/v1/permissions?limit=100").bearer(&owner.token).send().await;
        let rows = answer.at("/data").as_array().unwrap().clone();
        assert_eq!((rows.len(), answer.at("/page/next")), (PERMISSIONS.len(), serde_json::Value::Null));
        assert!(rows.len() >= 27, "{}", rows.len());
        let manager = rows.iter().find(|row| row["name"] == "invoices:read").unwrap();
        assert_eq!(manager["meaning"], "See invoices and credit notes");
        assert_eq!(client.get("/api/v1/permissions").send().await.text("/code"), "UNAUTHENTICATED");
        for query in ["limit=20&sort=PK", "Limit=20", "filter[tenant]=B", "x", "%6cimit=5"] {
            let answer = client.get(format!("/api/v1/permissions?{query}")).bearer(&owner.token).send().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code")), (400, "UNKNOWN_FIELD".to_owned()), "{query}");
            assert_eq!(answer.text("/detail"), "this call takes no other query parameters than cursor, limit");
            let told = answer.at("/errors").as_array().cloned().unwrap_or_default();
            assert!(
                !told.is_empty() && told.iter().all(|one| query.contains(one["pointer"].as_str().unwrap())),
                "{told:?}"
            );
        }
        for query in ["", "&", "limit=20&"] {
            let answer = client.get(format!("/api/v1/permissions?{query}")).bearer(&owner.token).send().await;
            assert_eq!(answer.status, 200, "{query}");
        }
        let token = client.get("/api/v1/permissions?access_token=x").bearer(&owner.token).send().await;
        assert_eq!(token.text("/code"), "TOKEN_IN_URL");
    }
}
