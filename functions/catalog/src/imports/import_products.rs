//! `POST /api/v1/products/import`: makes and changes products as a CSV file says.
//!
//! The file is judged as a whole at once, and stored; its rows are done in turns by the catalog worker, which the agenda wakes
//! should the message be lost. Round trips: one rate-limit write beside one read of the caller's standing (none when known), one
//! read of the idempotency key, one query of the imports, one object, one transaction of the import, its place on the agenda, the
//! audit entry and the idempotency row, one message.

use axum::extract::State;
use catalogue::{ColumnFaultKind, ProductImport, ProductImports, ProductSheet, SheetError};
use cloud::Queue;
use http::StatusCode;
use kernel::ProductImportId;
use serde_json::json;
use table::{
    Transaction,
    agenda::{self, Due, DueKind},
};
use web::{Api, Caller, CsvFile, Envelope, IdempotencyKey, Problem, Reply, RequestInfo};

use crate::{PRODUCTS_IMPORTED, ProductsWrite, imports::product_import_view::ProductImportView};

/// Import products
///
/// A CSV file of up to 10000 rows and 4 MiB (4,194,304 bytes) in UTF-8, such as `GET /products/export` gives: a row for each
/// variant, known by its `sku`, below its product, known by its `slug`. What is not there yet is made, the rest is changed. What
/// the file has no column of stays as it is; an empty cell takes away. Nothing is deleted. Of a product's own columns, the first
/// of its rows is enough. A product is taken as a whole: one wrong row keeps its other rows back too.
/// - `title`, `description`, `status` (`draft`, `scheduled` with `publish_at`, `active`, `archived`)
/// - `categories`: `clothing/shirts|sale`; those that are not there are made
/// - `attributes`: `Material=Cotton|Fit=Slim`; `images`: `https://…/a.webp What it shows|https://…`
/// - `option1_name`, `option1_values` (`S|M|L`) and `option1_value` of the variant; the same up to 3
/// - `barcode`, `weight_grams`, `length_mm`, `width_mm`, `height_mm`
/// - `price_IDR`, `price_USD` and so on: `120000`, `9.50`; `price_lists`: `list:group:from quantity:currency:price`, parted by `|`
///
/// `\` stands before a `|`, `=` or `\` that parts nothing. A `'` before what a spreadsheet would compute is taken away. The rows
/// are done within minutes: read the import to see how far it is. A tenant has one import at a time.
#[utoipa::path(
    post, path = "/api/v1/products/import",
    responses(
        (status = 202, body = Envelope<ProductImportView>),
        (status = 400, description = "INVALID_BODY: the file is empty, or not in UTF-8"),
        (status = 409, description = "IMPORT_RUNNING"),
        (status = 422, description = "VALIDATION_FAILED: the columns, all wrong ones at once, or the number of rows")
    )
)]
pub async fn import_products(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    CsvFile(bytes): CsvFile,
) -> Result<Reply, Problem> {
    let sheet = ProductSheet::read(&bytes).map_err(|error| refused(&error))?;
    let (imports, now) = (ProductImports::new(api.table(), caller.scope), api.now());
    imports.none_runs(now).await??;
    let import = ProductImport::requested(ProductImportId::new(api.new_ulid()), caller.user, sheet.rows(), now);
    // First the file, then what names it: a file that nothing names goes by itself.
    api.put_object(&imports.file(import.id), "text/csv", bytes.to_vec()).await?;

    let mut transaction = Transaction::new();
    imports.save(&mut transaction, &import)?;
    agenda::set(&mut transaction, caller.scope, DueKind::ProductImport, import.id, now)?;
    let entry = caller.entry(&api, &info, PRODUCTS_IMPORTED).about(import.id);
    entry.insert(&mut transaction, caller.scope)?;
    let reply = Reply::accepted(&ProductImportView::from(&import))?;
    let reply = key.commit(&api, transaction, reply, |_| Problem::conflict()).await?;

    if reply.is_replay() {
        // Another request with this key was faster, and its own import is being done.
        return Ok(reply);
    }
    let due = Due { tenant_id: caller.tenant(), kind: DueKind::ProductImport, id: import.id.to_string(), at: now };
    if let Err(error) = api.ports().queues.send(Queue::CatalogWork, &[json!(due)]).await {
        tracing::warn!(%error, import.id = %import.id, "the start of an import was not sent; the agenda makes up for it");
    }
    Ok(reply)
}

/// Why the file as a whole is refused.
fn refused(error: &SheetError) -> Problem {
    match error {
        SheetError::NotUtf8 | SheetError::Empty => {
            Problem::new(StatusCode::BAD_REQUEST, "INVALID_BODY", error.to_string())
        }
        SheetError::NoRows | SheetError::TooManyRows { .. } => {
            Problem::invalid("/rows", "INVALID_LENGTH", error.to_string())
        }
        SheetError::Columns(faults) => {
            let mut problem = Problem::unacceptable();
            for fault in faults {
                let (code, detail) = match fault.kind {
                    ColumnFaultKind::Unknown => ("UNKNOWN_COLUMN", "there is no such column"),
                    ColumnFaultKind::Twice => ("COLUMN_TWICE", "this column stands twice"),
                    ColumnFaultKind::Missing => ("MISSING_COLUMN", "this column must be there"),
                };
                problem = problem.with_error(&format!("/columns/{}", fault.name), code, detail);
            }
            problem
        }
    }
}

#[cfg(test)]
mod tests {
    use cloud::Queue;
    use testkit::Answer;

    use crate::world::World;

    async fn send(world: &World, key: &str, file: &[u8]) -> Answer {
        let call = world.client.call(http::Method::POST, "/api/v1/products/import").bearer(&world.owner.token);
        call.idempotency_key(key).header("content-type", "text/csv").raw(file).send().await
    }

    #[tokio::test]
    async fn a_file_is_stored_and_its_work_begun_once() {
        let world = World::open().await;
        let file = b"slug,sku,title\na,A,Shirt\n";
        let first = send(&world, "k1", file).await;
        assert_eq!(
            (first.status.as_u16(), first.text("/data/status").as_str()),
            (202, "running"),
            "{}",
            first.snapshot()
        );
        assert_eq!((first.at("/data/rows"), first.at("/data/done")), (1.into(), 0.into()));
        let again = send(&world, "k1", file).await;
        assert_eq!((again.body.clone(), again.header("idempotent-replayed")), (first.body.clone(), "true"));
        assert_eq!(send(&world, "k1", b"slug,sku\nb,B\n").await.text("/code"), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(send(&world, "k2", file).await.text("/code"), "IMPORT_RUNNING");
        let sent = world.stack.work.to(Queue::CatalogWork);
        assert_eq!((sent.len(), sent[0]["id"].clone()), (1, first.at("/data/id")));
        let due =
            world.stack.rows().await.iter().filter(|row| row["PK"].to_string().contains("DUE#product_import#")).count();
        assert_eq!(due, 1);
        let path = format!("/api/v1/products/imports/{}", first.text("/data/id"));
        assert_eq!(world.get(&path).await.at("/data"), first.at("/data"));
        let stored = format!("exports/{}/imports/{}.csv", world.owner.scope.tenant(), first.text("/data/id"));
        assert_eq!(world.stack.ctx().get_object(&stored).await.unwrap().as_deref(), Some(&file[..]));
        // One that never ends is in nobody's way for ever.
        world.stack.set_clock("2026-11-21T07:00:00Z");
        let token = world.stack.sign_in(&world.owner).await;
        let call =
            world.client.call(http::Method::POST, "/api/v1/products/import").bearer(&token).idempotency_key("k3");
        assert_eq!(call.header("content-type", "text/csv").raw(&file[..]).send().await.status, 202);
    }

    #[tokio::test]
    async fn a_file_that_is_none_is_refused_and_nothing_stored() {
        let world = World::open().await;
        for (file, status, code) in [
            (&b""[..], 400, "INVALID_BODY"),
            (b"\xff\xfes\0", 400, "INVALID_BODY"),
            (b"\n\n", 400, "INVALID_BODY"),
            (b"slug,sku\n", 422, "VALIDATION_FAILED"),
            (b"title\nx\n", 422, "VALIDATION_FAILED"),
        ] {
            let answer = send(&world, "k1", file).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{file:?}");
        }
        let columns = send(&world, "k2", b"sku,colour,size,sku\n").await;
        let told: Vec<String> = (0..4)
            .map(|place| {
                format!(
                    "{} {}",
                    columns.text(&format!("/errors/{place}/pointer")),
                    columns.text(&format!("/errors/{place}/code"))
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "/columns/colour UNKNOWN_COLUMN",
                "/columns/size UNKNOWN_COLUMN",
                "/columns/sku COLUMN_TWICE",
                "/columns/slug MISSING_COLUMN"
            ]
        );
        let json = world.post("/api/v1/products/import", serde_json::json!({})).await;
        assert_eq!(json.status, 415, "{}", json.snapshot());
        assert!(!world.stack.everything().await.contains("PRODUCTIMPORT"));
        assert_eq!(world.stack.work.to(Queue::CatalogWork).len(), 0);
    }

    #[tokio::test]
    async fn a_file_may_be_as_large_as_a_function_takes() {
        let world = World::open().await;
        let row = format!("a,A,{}\n", "x".repeat(1000));
        let file = format!("slug,sku,title\n{}", row.repeat(4000));
        assert_eq!(send(&world, "k1", file.as_bytes()).await.status, 202);
        let larger = send(&world, "k2", file.repeat(2).as_bytes()).await;
        assert_eq!(larger.text("/code"), "BODY_TOO_LARGE");
    }

    #[tokio::test]
    async fn imports_are_the_tenants_own_and_for_who_writes_products() {
        let world = World::open().await;
        let made = send(&world, "k1", b"slug,sku\na,A\n").await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        for path in ["", "/rows"].map(|end| format!("/api/v1/products/imports/{}{end}", made.text("/data/id"))) {
            assert_eq!(world.client.get(&*path).bearer(&stranger.token).send().await.status, 404, "{path}");
            assert_eq!(world.client.get(&*path).bearer(&world.customer.token).send().await.status, 403, "{path}");
            assert_eq!(world.client.get(&*path).send().await.status, 401, "{path}");
        }
        let call = world.client.call(http::Method::POST, "/api/v1/products/import").bearer(&world.customer.token);
        let refused = call.idempotency_key("k").header("content-type", "text/csv").raw("slug,sku\na,A\n").send().await;
        assert_eq!(refused.status, 403);
    }
}
