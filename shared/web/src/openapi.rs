//! What all operations share in the OpenAPI document.

use utoipa::openapi::{
    InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// The document before any operation is in it.
pub fn base() -> OpenApi {
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("Ruko")
        .version("1")
        .description(Some(
            "The business back end of a multi-tenant SaaS company: tenants, identity, subscriptions, metering, payments, \
             billing and messages. Answers are `{\"success\":true,\"data\":…}`; refusals are RFC 9457 problem documents with \
             a stable `code`.",
        ))
        .license(Some(license))
        .build();
    let mut document = OpenApiBuilder::new().info(info).build();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = document.components.get_or_insert_default();
    components.security_schemes.insert("bearer".to_owned(), SecurityScheme::Http(bearer).into());
    document
}
