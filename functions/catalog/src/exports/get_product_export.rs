//! `GET /api/v1/products/exports/{id}`: how an export of products stands.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use catalogue::ProductExports;
use kernel::ProductExportId;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{ProductsWrite, exports::product_export_view::ProductExportView};

/// Get an export of products
///
/// It is known for 30 days. It is `failed` where the organisation has more than 20000 products.
#[utoipa::path(
    get, path = "/api/v1/products/exports/{id}", responses((status = 200, body = Envelope<ProductExportView>))
)]
pub async fn get_product_export(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    Id(id): Id<ProductExportId>,
) -> Result<Reply, Problem> {
    let found = ProductExports::new(api.table(), caller.scope).get(id).await?;
    Reply::ok(&ProductExportView::at(&found.ok_or_else(Problem::not_found)?, api.now()))
}
