//! `GET /api/v1/products/exports/{id}/file`: the file of an export of products.
//!
//! Where the store signs links, the answer leads to one of its own that works for five minutes, since a function's answer is too
//! small for the file. Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read,
//! where nobody signs links one object.

use std::time::Duration;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use catalogue::{ProductExportError, ProductExportStatus, ProductExports};
use http::{HeaderValue, StatusCode, header};
use kernel::ProductExportId;
use web::{Api, Caller, Csv, Id, Problem};

use crate::ProductsWrite;

/// How long a link of the store's works.
const SIGNED_FOR: Duration = Duration::from_mins(5);

/// Download an export of products
///
/// The answer is the file, or leads to it: follow redirects.
#[utoipa::path(
    get, path = "/api/v1/products/exports/{id}/file",
    responses(
        (status = 200, content((Csv = "text/csv"))),
        (status = 303, description = "The file is at `Location` for five minutes"),
        (status = 409, description = "EXPORT_NOT_READY")
    )
)]
pub async fn download_product_export(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    Id(id): Id<ProductExportId>,
) -> Result<Response, Problem> {
    let exports = ProductExports::new(api.table(), caller.scope);
    let export = exports.get(id).await?.ok_or_else(Problem::not_found)?;
    if export.status_at(api.now()) != ProductExportStatus::Ready {
        return Err(ProductExportError::NotReady.into());
    }
    let file = exports.file(id);
    let mut answer = if let Some(url) = api.signed_link(&file, SIGNED_FOR).await? {
        (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
    } else {
        let text = api.get_object(&file).await?.ok_or(ProductExportError::NotReady)?;
        let name = format!("attachment; filename=\"{id}.csv\"");
        let headers =
            [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
        (headers, text).into_response()
    };
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(answer)
}
