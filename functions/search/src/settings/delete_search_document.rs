//! `DELETE /api/v1/search/index/{id}`: a product is found no more, though it is on sale.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one query of the product, one read of the index and the product's last change, one transaction of both, one of the audit entry and the
//! idempotency row.

use axum::extract::State;
use catalogue::Products;
use kernel::ProductId;
use search_index::{ProductStanding, record};
use serde::Serialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{DOCUMENT_DELETED, ProductsWrite, problems::refused};

/// A product that is found no more.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchDocumentDeleted {
    pub id: ProductId,
    /// Always true.
    #[schema(example = true)]
    pub deleted: bool,
}

/// Delete a product from the search index
///
/// At once, and whatever it is or was; products of others are none. It is found again with its next change, or when the index is
/// built anew: archive what is not to be sold.
#[utoipa::path(
    delete, path = "/api/v1/search/index/{id}",
    responses(
        (status = 200, body = Envelope<SearchDocumentDeleted>),
        (status = 503, description = "SEARCH_BUSY")
    )
)]
pub async fn delete_search_document(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<ProductId>,
) -> Result<Reply, Problem> {
    // Nothing is written of what is no product of the tenant.
    Products::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    record(&api, caller.scope, id, &ProductStanding::Hidden).await.map_err(refused)?;
    let mut transaction = Transaction::new();
    caller.entry(&api, &info, DOCUMENT_DELETED).about(id).insert(&mut transaction, caller.scope)?;
    let reply = Reply::ok(&SearchDocumentDeleted { id, deleted: true })?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}
