//! `GET /api/v1/permissions`: what roles can grant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known).

use identity::PERMISSIONS;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Problem, Reply};

use crate::RolesRead;

/// A permission.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionView {
    /// `resource:action`. A role may also grant every action on a resource, `resource:*`, or everything, `*`.
    #[schema(example = "invoices:read")]
    pub name: &'static str,
    /// What it allows.
    #[schema(example = "See invoices")]
    pub meaning: &'static str,
}

/// List permissions
///
/// All that the routes ask for, in the order of their names.
#[utoipa::path(
    get, path = "/api/v1/permissions", tag = "identity", security(("bearer" = ["roles:read"])),
    responses((status = 200, body = Envelope<Vec<PermissionView>>), (status = 403, description = "FORBIDDEN"))
)]
pub async fn list_permissions(_caller: Caller<RolesRead>) -> Result<Reply, Problem> {
    Reply::ok(&PERMISSIONS.iter().map(|&(name, meaning)| PermissionView { name, meaning }).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use identity::PERMISSIONS;
    use testkit::Stack;

    #[tokio::test]
    async fn every_permission_is_explained() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let answer = client.get("/api/v1/permissions").bearer(&owner.token).send().await;
        let rows = answer.at("/data").as_array().unwrap().clone();
        assert_eq!(rows.len(), PERMISSIONS.len());
        let manager = rows.iter().find(|row| row["name"] == "invoices:read").unwrap();
        assert_eq!(manager["meaning"], "See invoices");
        assert_eq!(client.get("/api/v1/permissions").send().await.text("/code"), "UNAUTHENTICATED");
    }
}
