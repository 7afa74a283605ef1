//! `GET /api/v1/auth/tenant`: what a page shows of a tenant to whoever is not signed in.
//!
//! Round trips: one rate-limit write beside one read of the tenant.

use kernel::Locale;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Envelope, Problem, Reply, Visitor};

/// What a tenant shows at its door.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInTenant {
    /// What people call the tenant.
    #[schema(example = "Toko Sinar")]
    pub name: String,
    /// The language of those who chose none.
    pub locale: Locale,
    /// The fewest characters of a new password.
    #[schema(example = 12)]
    pub password_min_length: u16,
}

/// Get what a sign-in page shows
///
/// The name of the tenant that `X-Tenant-ID` names, its language, and how long a password must be.
#[utoipa::path(get, path = "/api/v1/auth/tenant", responses((status = 200, body = Envelope<SignInTenant>)))]
pub async fn get_sign_in_tenant(visitor: Visitor) -> Result<Reply, Problem> {
    let tenant = &visitor.tenant;
    Reply::ok(&SignInTenant {
        name: tenant.name.as_str().to_owned(),
        locale: tenant.country.language_for(None),
        password_min_length: tenant.security.password_min_length,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testkit::Stack;

    #[tokio::test]
    async fn a_tenant_shows_its_name_and_language_at_the_door_and_nothing_else() {
        let stack = Stack::start().await;
        stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let answer = client.get("/api/v1/auth/tenant").tenant("toko-a").send().await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.at("/data"), json!({"name": "Toko toko-a", "locale": "id", "passwordMinLength": 12}));
        let nobody = client.get("/api/v1/auth/tenant").send().await;
        assert_eq!(nobody.text("/code"), "MISSING_TENANT_ID");
        let unknown = client.get("/api/v1/auth/tenant").tenant("toko-z").send().await;
        assert!(unknown.status.is_client_error(), "{}", unknown.snapshot());
    }
}
