//! `GET /api/v1/exports/{link}`: the archive of an export by a link, without a token.
//!
//! Where the store signs links, the answer leads to one of its own that works for five minutes, since a function's answer is
//! too small for an archive. Round trips: one rate-limit write, one read of the export, where nobody signs links one object.

use std::time::Duration;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use table::TenantScope;
use tenancy::{ExportError, TenantExports};
use web::{Api, Newcomer, Problem};

use crate::privacy::export_link::opened;

/// How long a link of the store's works.
const SIGNED_FOR: Duration = Duration::from_mins(5);

/// A zip archive.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct ZipArchive(#[expect(dead_code, reason = "it only describes the answer")] Vec<u8>);

/// Download an export of a tenant
///
/// Without a token, for as long as the link lasts. The answer is the archive, or leads to it: follow redirects.
#[utoipa::path(
    get, path = "/api/v1/exports/{link}",
    params(("link" = String, Path, description = "What a link ends with", max_length = 1024, example = "Zm9v")),
    responses(
        (status = 200, content_type = "application/zip", body = ZipArchive),
        (status = 303, description = "The archive is at `Location` for five minutes"),
        (status = 404, description = "NOT_FOUND: that is no link"),
        (status = 409, description = "EXPORT_NOT_READY: the link is over")
    )
)]
pub async fn download_tenant_export(
    State(api): State<Api>,
    _: Newcomer,
    Path(link): Path<String>,
) -> Result<Response, Problem> {
    let linked = opened(&api, &link)?;
    let exports = TenantExports::new(api.table(), TenantScope::new(linked.tenant));
    let export = exports.get(linked.export).await?.ok_or_else(Problem::not_found)?;
    let object = export.archive_at(api.now())?;
    let mut answer = if let Some(url) = api.signed_link(object, SIGNED_FOR).await? {
        (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
    } else {
        let archive = api.get_object(object).await?.ok_or(ExportError::NotReady)?;
        let name = format!("attachment; filename=\"{}.zip\"", export.id);
        let headers = [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)];
        (headers, archive).into_response()
    };
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    answer.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(answer)
}
