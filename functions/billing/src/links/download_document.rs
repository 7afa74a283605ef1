//! `GET /api/v1/documents/{link}`: a document by a link, without a token.
//!
//! Round trips: one rate-limit write, one object.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::{HeaderValue, header};
use web::{Api, Newcomer, Pdf, Problem};

use crate::{invoices::papers, links::document_link::opened};

/// Download a document by a link
///
/// Without a token, for as long as the link lasts. It is made within seconds; until then the answer is 503 with `Retry-After`.
#[utoipa::path(
    get, path = "/api/v1/documents/{link}",
    params(("link" = String, Path, description = "What a link ends with", max_length = 1024, example = "Zm9v")),
    responses(
        (status = 200, content_type = "application/pdf", body = Pdf),
        (status = 404, description = "NOT_FOUND: that is no link"),
        (status = 410, description = "DOCUMENT_LINK_EXPIRED"),
        (status = 503, description = "DOCUMENT_NOT_READY")
    )
)]
pub async fn download_document(
    State(api): State<Api>,
    _: Newcomer,
    Path(link): Path<String>,
) -> Result<Response, Problem> {
    let mut answer = papers::kept(&api, &opened(&api, &link)?).await?;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    answer.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(answer)
}
