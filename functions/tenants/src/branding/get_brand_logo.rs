//! `GET /brand/{tenant}/logo`: the logo of a tenant, for mails and pages.
//!
//! Round trips: one rate-limit write, one read, one object.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use kernel::TenantId;
use serde::Deserialize;
use tenancy::{Gate, Tenants, logo_path};
use utoipa::ToSchema;
use web::{Api, Id, Newcomer, Problem, QueryString, SentFile};

/// Which logo an address was written for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LogoQuery {
    /// The first digits of its SHA-256: an address with another mark shows the present logo all the same.
    #[serde(default)]
    #[schema(max_length = 64, example = "2c26b46b")]
    #[expect(dead_code, reason = "caches alone look at it")]
    pub v: Option<String>,
}

/// How long caches show a logo without asking again.
const CACHED: &str = "public, max-age=86400";

/// Get a tenant's logo
///
/// For everybody: it stands in mails and on pages. A tenant that is over shows none.
#[utoipa::path(
    get, path = "/brand/{id}/logo",
    responses(
        (status = 200, content((SentFile = "image/png"))),
        (status = 404, description = "NOT_FOUND: the tenant has none")
    )
)]
pub async fn get_brand_logo(
    State(api): State<Api>,
    _anybody: Newcomer,
    Id(id): Id<TenantId>,
    QueryString(LogoQuery { .. }): QueryString<LogoQuery>,
) -> Result<Response, Problem> {
    let found = Tenants::new(api.table()).get(id).await?;
    let tenant = found.filter(|tenant| tenant.gate(api.now()) != Gate::Closed).ok_or_else(Problem::not_found)?;
    let digest = tenant.branding.logo.ok_or_else(Problem::not_found)?;
    let bytes = api.get_object(&logo_path(id, digest.as_str())).await?.ok_or_else(Problem::not_found)?;
    let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, CACHED)];
    Ok((headers, bytes).into_response())
}
