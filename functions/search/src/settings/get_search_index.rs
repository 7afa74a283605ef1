//! `GET /api/v1/search/index`: how the index of the tenant stands.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use search::SearchRows;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::{ProductsWrite, settings::index_view::SearchIndexView};

/// Get the search index
///
/// How many products it has, when it was written, and whether it is being built.
#[utoipa::path(get, path = "/api/v1/search/index", responses((status = 200, body = Envelope<SearchIndexView>)))]
pub async fn get_search_index(State(api): State<Api>, caller: Caller<ProductsWrite>) -> Result<Reply, Problem> {
    let index = SearchRows::new(api.table(), caller.scope).index().await?;
    Reply::ok(&SearchIndexView::of(index.as_ref()))
}
