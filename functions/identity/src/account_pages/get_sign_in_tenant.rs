//! `GET /api/v1/auth/tenant`: what a page shows of a tenant to whoever is not signed in.
//!
//! Round trips: one rate-limit write beside one read of the tenant.

use kernel::{Color, Email, Locale};
use serde::Serialize;
use tenancy::{BrandFooter, SupportUrl, logo_url};
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
    /// Of buttons and bands; null for a tenant who chose none.
    pub primary_color: Option<Color>,
    /// Of the letters on it: white or black, whichever can be read.
    pub letters_color: Option<Color>,
    /// Where its logo is, below this API's own address.
    #[schema(example = "/brand/tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X/logo?v=2c26b46b")]
    pub logo: Option<String>,
    /// Where questions go.
    pub support_email: Option<Email>,
    /// Where help is found.
    pub support_url: Option<SupportUrl>,
    /// What stands beneath its pages.
    pub footer: Option<BrandFooter>,
}

/// Get what a sign-in page shows
///
/// The name of the tenant that `X-Tenant-ID` names, its language, its look, and how long a password must be.
#[utoipa::path(get, path = "/api/v1/auth/tenant", responses((status = 200, body = Envelope<SignInTenant>)))]
pub async fn get_sign_in_tenant(visitor: Visitor) -> Result<Reply, Problem> {
    let tenant = &visitor.tenant;
    let look = tenant.branding.clone();
    Reply::ok(&SignInTenant {
        name: tenant.product_name().to_owned(),
        locale: tenant.country.language_for(None),
        password_min_length: tenant.security.password_min_length,
        primary_color: look.primary_color,
        letters_color: look.primary_color.map(Color::letters),
        logo: look.logo.map(|logo| logo_url("", tenant.id, &logo)),
        support_email: look.support_email,
        support_url: look.support_url,
        footer: look.footer,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};
    use table::Transaction;
    use tenancy::Tenants;
    use testkit::Stack;

    #[tokio::test]
    async fn a_tenant_is_seen_at_its_door_as_it_looks() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let look = json!({"productName": "Sinar", "primaryColor": "#fde047", "logo": "0123456789abcdef".repeat(4),
            "supportEmail": "bantuan@sinar.example", "supportUrl": "https://sinar.example/bantuan", "footer": "PT Sinar"});
        let mut transaction = Transaction::new();
        let branded = tenant.clone().branded(from_value(look).unwrap());
        Tenants::save(&mut transaction, &branded).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        let answer = stack.serve(crate::function).get("/api/v1/auth/tenant").tenant("toko-a").send().await;
        let logo = format!("/brand/{}/logo?v=01234567", tenant.id);
        let shown = json!({"name": "Sinar", "locale": "id", "passwordMinLength": 12, "primaryColor": "#fde047",
            "lettersColor": "#000000", "logo": logo, "supportEmail": "bantuan@sinar.example",
            "supportUrl": "https://sinar.example/bantuan", "footer": "PT Sinar"});
        assert_eq!(answer.at("/data"), shown);
    }

    #[tokio::test]
    async fn at_a_domain_of_its_own_a_tenant_needs_no_name() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let domain: tenancy::DomainName = "app.toko.id".parse().unwrap();
        let at = async |host: &str| {
            let client = testkit::Client::new(crate::function(stack.loose()));
            client.get("/api/v1/auth/tenant").header("host", host).send().await
        };
        assert_eq!(at("app.toko.id").await.text("/code"), "MISSING_TENANT_ID", "it is nobody's yet");
        let (table, proven) = (stack.ctx().table(), tenant.clone().with_domain(domain.clone()));
        let mut transaction = Transaction::new();
        tenancy::CustomDomains::new(table, table::TenantScope::new(tenant.id))
            .claim(&mut transaction, &domain, stack.ctx().now())
            .unwrap();
        Tenants::save(&mut transaction, &proven).unwrap();
        table.transact(transaction).await.unwrap();
        for host in ["app.toko.id", "App.Toko.ID:443"] {
            assert_eq!(at(host).await.text("/data/name"), "Toko toko-a", "{host}");
        }
        for host in ["toko.id", "x.app.toko.id", "api.ruko.test", "127.0.0.1:8787"] {
            assert_eq!(at(host).await.text("/code"), "MISSING_TENANT_ID", "{host}");
        }
        let named = stack.tenant("toko-b").await.0;
        let client = stack.serve(crate::function);
        let call = client.get("/api/v1/auth/tenant").header("host", "app.toko.id").tenant("toko-b");
        assert_eq!(call.send().await.text("/data/name"), named.name.as_str(), "who is named is meant");
        let lost = proven.without_domain(&domain);
        table::write_alone(table, |tx| Tenants::save(tx, &lost)).await.unwrap();
        assert_eq!(at("app.toko.id").await.status.as_u16(), 404);
    }

    #[tokio::test]
    async fn a_tenant_shows_its_name_and_language_at_the_door_and_nothing_else() {
        let stack = Stack::start().await;
        stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let answer = client.get("/api/v1/auth/tenant").tenant("toko-a").send().await;
        assert_eq!(answer.status, 200);
        let nothing_chosen = json!({"name": "Toko toko-a", "locale": "id", "passwordMinLength": 12, "primaryColor": null,
            "lettersColor": null, "logo": null, "supportEmail": null, "supportUrl": null, "footer": null});
        assert_eq!(answer.at("/data"), nothing_chosen);
        let nobody = client.get("/api/v1/auth/tenant").send().await;
        assert_eq!(nobody.text("/code"), "MISSING_TENANT_ID");
        let unknown = client.get("/api/v1/auth/tenant").tenant("toko-z").send().await;
        assert!(unknown.status.is_client_error(), "{}", unknown.snapshot());
    }
}
