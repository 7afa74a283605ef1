//! `GET /api/v1/products/imports/{id}`: how far an import is.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use catalogue::ProductImports;
use kernel::ProductImportId;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{ProductsWrite, imports::product_import_view::ProductImportView};

/// Get an import of products
///
/// It is known for 30 days. Once it is `done`, every row was done or failed; `stopped`, its file was gone before the end, which
/// is to be sent again.
#[utoipa::path(
    get, path = "/api/v1/products/imports/{id}", responses((status = 200, body = Envelope<ProductImportView>))
)]
pub async fn get_product_import(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    Id(id): Id<ProductImportId>,
) -> Result<Reply, Problem> {
    let found = ProductImports::new(api.table(), caller.scope).get(id).await?;
    Reply::ok(&ProductImportView::from(&found.ok_or_else(Problem::not_found)?))
}
