//! `POST /api/v1/products/exports`: has a file of all products made, for more of them than one answer holds.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one query of the exports, one transaction of the export, its place on the agenda, the audit entry and the idempotency row, one
//! message.

use axum::extract::State;
use catalogue::{ProductExport, ProductExports};
use cloud::Queue;
use kernel::ProductExportId;
use serde_json::json;
use table::{
    Transaction,
    agenda::{self, Due, DueKind},
};
use web::{Api, Caller, Envelope, IdempotencyKey, Problem, Reply, RequestInfo};

use crate::{PRODUCTS_EXPORTED, ProductsWrite, exports::product_export_view::ProductExportView};

/// Create an export of products
///
/// A file as `GET /products/export` gives, of up to 20000 products, made within a minute or so: read the export to see whether it is
/// `ready`, then download it. It is there for a day. A tenant has one export at a time.
#[utoipa::path(
    post, path = "/api/v1/products/exports",
    responses((status = 202, body = Envelope<ProductExportView>), (status = 409, description = "EXPORT_RUNNING, CONFLICT"))
)]
pub async fn create_product_export(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
) -> Result<Reply, Problem> {
    let (exports, now) = (ProductExports::new(api.table(), caller.scope), api.now());
    exports.none_runs(now).await??;
    let export = ProductExport::requested(ProductExportId::new(api.new_ulid()), caller.user, now);
    let mut transaction = Transaction::new();
    exports.save(&mut transaction, &export)?;
    agenda::set(&mut transaction, caller.scope, DueKind::ProductExport, export.id, now)?;
    let entry = caller.entry(&api, &info, PRODUCTS_EXPORTED).about(export.id);
    entry.insert(&mut transaction, caller.scope)?;
    let reply = Reply::accepted(&ProductExportView::at(&export, now))?;
    let reply = key.commit(&api, transaction, reply, |_| Problem::conflict()).await?;

    if reply.is_replay() {
        return Ok(reply);
    }
    let due = Due { tenant_id: caller.tenant(), kind: DueKind::ProductExport, id: export.id.to_string(), at: now };
    if let Err(error) = api.ports().queues.send(Queue::CatalogWork, &[json!(due)]).await {
        tracing::warn!(%error, export.id = %export.id, "the start of an export was not sent; the agenda makes up for it");
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use catalogue::ProductExports;
    use cloud::Queue;
    use kernel::ProductExportId;
    use serde_json::json;
    use table::Transaction;

    use crate::world::World;

    #[tokio::test]
    async fn an_export_is_begun_once_and_its_file_is_there_for_a_day() {
        let world = World::open().await;
        let ask = async |key: &str| {
            let call = world.client.call(http::Method::POST, "/api/v1/products/exports").bearer(&world.owner.token);
            call.idempotency_key(key).send().await
        };
        let begun = ask("k1").await;
        assert_eq!(
            (begun.status.as_u16(), begun.text("/data/status").as_str()),
            (202, "running"),
            "{}",
            begun.snapshot()
        );
        assert_eq!(ask("k1").await.body, begun.body);
        assert_eq!(ask("k2").await.text("/code"), "EXPORT_RUNNING");
        assert_eq!(world.stack.work.to(Queue::CatalogWork).len(), 1);
        let path = format!("/api/v1/products/exports/{}", begun.text("/data/id"));
        let file = format!("{path}/file");
        assert_eq!(world.get(&file).await.text("/code"), "EXPORT_NOT_READY");

        let (ctx, id) = (world.stack.ctx(), begun.text("/data/id").parse::<ProductExportId>().unwrap());
        let exports = ProductExports::new(ctx.table(), world.owner.scope);
        let made = exports.get(id).await.unwrap().unwrap().made(1, 9, ctx.now());
        ctx.put_object(&exports.file(id), "text/csv", b"slug,sku\r\n".to_vec()).await.unwrap();
        let mut transaction = Transaction::new();
        exports.save(&mut transaction, &made).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        let ready = world.get(&path).await;
        assert_eq!((ready.text("/data/status").as_str(), ready.at("/data/products")), ("ready", json!(1)));
        let fetched = world.get(&file).await;
        assert_eq!((fetched.status.as_u16(), fetched.body.as_slice()), (200, &b"slug,sku\r\n"[..]));
        assert_eq!(fetched.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(fetched.header("cache-control"), "private, no-store");
        let (_, stranger) = world.stack.tenant("toko-b").await;
        for path in [&path, &file] {
            assert_eq!(world.client.get(path.as_str()).bearer(&stranger.token).send().await.status, 404, "{path}");
            assert_eq!(
                world.client.get(path.as_str()).bearer(&world.customer.token).send().await.status,
                403,
                "{path}"
            );
        }
        world.stack.set_clock("2026-11-22T01:00:00Z");
        assert_eq!(world.get(&path).await.text("/data/status"), "expired");
        assert_eq!(world.get(&file).await.text("/code"), "EXPORT_NOT_READY");
    }
}
