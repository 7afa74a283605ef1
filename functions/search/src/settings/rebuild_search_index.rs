//! `POST /api/v1/search/index`: has the index built anew from all products.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the index, one transaction that asks for the building, one message, one transaction of the audit entry
//! and the idempotency row.

use axum::extract::State;
use search_index::begin;
use table::Transaction;
use web::{Api, Caller, Envelope, Optional, Problem, Reply, RequestInfo};

use crate::{INDEX_REBUILT, ProductsWrite, problems::refused, settings::index_view::SearchIndexView};

/// Rebuild the search index
///
/// Usually nobody needs to: an index follows the products by itself. Products are found as before until the new one is there, some
/// seconds for each few thousand of them; `GET /search/index` says when. One that is being built already goes on.
#[utoipa::path(
    post, path = "/api/v1/search/index",
    responses((status = 202, body = Envelope<SearchIndexView>), (status = 503, description = "SEARCH_BUSY"))
)]
pub async fn rebuild_search_index(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    info: RequestInfo,
    key: Optional,
) -> Result<Reply, Problem> {
    // Twice is as once: who dies in between asks again with the same key.
    let index = begin(&api, caller.scope).await.map_err(refused)?;
    let mut transaction = Transaction::new();
    caller.entry(&api, &info, INDEX_REBUILT).insert(&mut transaction, caller.scope)?;
    let reply = Reply::accepted(&SearchIndexView::of(Some(&index)))?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

#[cfg(test)]
mod tests {
    use cloud::Queue;
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn an_index_is_built_once_however_often_it_is_asked_for() {
        let world = World::open().await;
        assert_eq!(world.call(Method::GET, "/api/v1/search/index", None).await.text("/data/status"), "empty");
        for _ in 0..2 {
            let asked = world.call(Method::POST, "/api/v1/search/index", None).await;
            assert_eq!(
                (asked.status.as_u16(), asked.text("/data/status").as_str()),
                (202, "building"),
                "{}",
                asked.snapshot()
            );
        }
        let messages = world.stack.work.to(Queue::SearchWork);
        assert!(messages.iter().all(|message| message["kind"] == json!("search_indexing")));
        let rows = world.stack.rows().await;
        let due = rows.iter().filter(|row| row["PK"].as_str().unwrap().contains("DUE#search_indexing#index"));
        assert_eq!(due.count(), 1);
        for path in ["/api/v1/search/index", "/api/v1/search/synonyms"] {
            let customer = world.client.get(path).bearer(&world.customer.token).send().await;
            assert_eq!(customer.text("/code"), "FORBIDDEN", "{path}");
        }
    }
}
