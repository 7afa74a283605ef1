use catalogue::{
    Categories, ImportStatus, ImportedRow, ProductExport, ProductExportStatus, ProductExports, ProductImport,
    ProductImports, ProductSheet, Products, RowOutcome, WholeProduct, written,
};
use cloud::{Ctx, Function, Queue};
use kernel::{PageLimit, ProductExportId, ProductImportId};
use serde_json::{Value, json};
use table::{
    TenantScope, Transaction,
    agenda::{self, DueKind},
    pages::PageRequest,
};
use testkit::{Fault, Stack};

struct World {
    stack: Stack,
    scope: TenantScope,
    other: TenantScope,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, other) = stack.tenant("toko-b").await;
        Self { scope: owner.scope, other: other.scope, stack }
    }

    /// A file that was taken, as `POST /products/import` leaves it.
    async fn take(&self, scope: TenantScope, text: &str) -> ProductImportId {
        let ctx = self.stack.ctx();
        let (imports, id) = (ProductImports::new(ctx.table(), scope), ProductImportId::new(ctx.new_ulid()));
        let rows = ProductSheet::read(text.as_bytes()).unwrap().rows();
        ctx.put_object(&imports.file(id), "text/csv", text.as_bytes().to_vec()).await.unwrap();
        let import = ProductImport::requested(id, "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), rows, ctx.now());
        let mut transaction = Transaction::new();
        imports.save(&mut transaction, &import).unwrap();
        agenda::set(&mut transaction, scope, DueKind::ProductImport, id, ctx.now()).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        id
    }

    /// Delivers a turn as SQS does; whether it was taken.
    async fn turn(&self, ctx: &Ctx, scope: TenantScope, id: ProductImportId) -> bool {
        self.work(ctx, scope, "product_import", &id.to_string()).await
    }

    async fn work(&self, ctx: &Ctx, scope: TenantScope, kind: &str, id: &str) -> bool {
        let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
        let message = json!({ "tenantId": scope.tenant(), "kind": kind, "id": id, "at": ctx.now() });
        let record =
            json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
        handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
    }

    async fn import(&self, scope: TenantScope, id: ProductImportId) -> ProductImport {
        ProductImports::new(self.stack.ctx().table(), scope).get(id).await.unwrap().unwrap()
    }

    /// Takes a file and does all of it.
    async fn done(&self, scope: TenantScope, text: &str) -> ProductImport {
        let id = self.take(scope, text).await;
        for _ in 0..100 {
            assert!(self.turn(self.stack.ctx(), scope, id).await);
            let import = self.import(scope, id).await;
            if import.ended_at.is_some() {
                return import;
            }
        }
        panic!("the import never ends");
    }

    async fn report(&self, scope: TenantScope, id: ProductImportId) -> Vec<ImportedRow> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let request = PageRequest { limit: PageLimit::try_from(100).unwrap(), after };
            let imports = ProductImports::new(self.stack.ctx().table(), scope);
            let page = imports.report(id, None, &request).await.unwrap();
            rows.extend(page.items);
            match page.last {
                Some(last) => after = Some(last),
                None => return rows,
            }
        }
    }

    async fn products(&self, scope: TenantScope) -> Vec<WholeProduct> {
        let products = Products::new(self.stack.ctx().table(), scope);
        let mut all = Vec::new();
        for id in products.ids(100_000).await.unwrap() {
            all.push(products.get(id).await.unwrap().unwrap());
        }
        all
    }

    async fn exported(&self, scope: TenantScope) -> String {
        let ctx = self.stack.ctx();
        let tree = Categories::new(ctx.table(), scope).tree().await.unwrap();
        written(&self.products(scope).await, &tree, ctx.now()).unwrap()
    }

    /// The events of a tenant by name, and how much is due.
    async fn left_behind(&self, scope: TenantScope) -> (Vec<String>, usize) {
        let rows: Vec<Value> = self.stack.rows().await;
        let of = rows.iter().filter(|row| row["PK"].to_string().contains(&scope.tenant().to_string()));
        let mut events: Vec<String> = of
            .clone()
            .filter_map(|row| row["type"].as_str().filter(|name| name.starts_with("product.")).map(str::to_owned))
            .collect();
        events.sort();
        (events, of.filter(|row| row["PK"].to_string().contains("DUE#product_import#")).count())
    }
}

const FILE: &str = "slug,title,status,publish_at,categories,option1_name,option1_values,sku,option1_value,weight_grams,price_IDR,price_lists\n\
    batik,Batik shirt,active,,clothing/shirts|sale,Size,S|M|L,TEE-S,S,250,120000,wholesale:b2b:10:IDR:90000\n\
    batik,,,,,,,TEE-M,M,250,125000,\n\
    cap,Cap,scheduled,2026-12-24T00:00:00.000Z,clothing,,,CAP,,,50000,\n\
    idea,An idea,,,,,,,,,,\n\
    old,Old,archived,,,,,OLD,,,,\n";

#[tokio::test]
async fn a_file_makes_what_it_says_and_each_row_is_reported() {
    let world = World::open().await;
    let import = world.done(world.scope, FILE).await;
    assert_eq!((import.status, import.rows, import.created, import.failed), (ImportStatus::Done, 5, 5, 0));
    let report = world.report(world.scope, import.id).await;
    assert_eq!(
        report.iter().map(|row| (row.line, row.sku.as_str())).collect::<Vec<_>>(),
        [(2, "TEE-S"), (3, "TEE-M"), (4, "CAP"), (5, ""), (6, "OLD")]
    );
    let tree = Categories::new(world.stack.ctx().table(), world.scope).tree().await.unwrap();
    let paths: Vec<String> = tree.by_path().into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["clothing", "clothing/shirts", "sale"]);
    let (events, due) = world.left_behind(world.scope).await;
    assert_eq!(due, 0);
    assert_eq!(
        events,
        [
            "product.archived",
            "product.created",
            "product.created",
            "product.created",
            "product.created",
            "product.published"
        ]
    );
    let planned = world
        .stack
        .rows()
        .await
        .iter()
        .filter(|row| row["PK"].to_string().contains("DUE#product_publication#"))
        .count();
    assert_eq!(planned, 1, "the cap is told of on its day");
    let again = world.done(world.scope, FILE).await;
    assert_eq!((again.unchanged, again.version), (5, 5));
    assert_eq!(world.left_behind(world.scope).await.0, events, "what was so already tells nobody");
}

#[tokio::test]
async fn an_export_makes_the_same_catalogue_in_another_tenant() {
    let world = World::open().await;
    world.done(world.scope, FILE).await;
    let first = world.exported(world.scope).await;
    let made = world.done(world.other, &first).await;
    assert_eq!((made.created, made.failed), (5, 0), "{:?}", world.report(world.other, made.id).await);
    assert_eq!(world.exported(world.other).await, first);
    let back = world.done(world.scope, &first).await;
    assert_eq!(back.unchanged, 5);
}

#[tokio::test]
async fn a_wrong_product_keeps_nobody_else_back() {
    let world = World::open().await;
    world.done(world.scope, "slug,sku,title\nother,TAKEN,Other\n").await;
    let text = "slug,sku,title,weight_grams,categories\na,A,Shirt,1,\nb,B,Cap,x,\nb,B2,Cap,1,\nc,TAKEN,Hat,1,\nd,D,,1,\ne,E,Scarf,1,a/b/c/d/e/f/g\n";
    let import = world.done(world.scope, text).await;
    assert_eq!((import.created, import.failed, import.done(), import.status), (1, 5, 6, ImportStatus::Done));
    let report = world.report(world.scope, import.id).await;
    let told: Vec<(u64, RowOutcome, &str)> = report
        .iter()
        .map(|row| (row.line, row.outcome, row.errors.first().map_or("", |fault| fault.code.as_str())))
        .collect();
    assert_eq!(
        told,
        [
            (2, RowOutcome::Created, ""),
            (3, RowOutcome::Failed, "INVALID_VALUE"),
            (4, RowOutcome::Failed, "ANOTHER_ROW_FAILED"),
            (5, RowOutcome::Failed, "SKU_TAKEN"),
            (6, RowOutcome::Failed, "REQUIRED"),
            (7, RowOutcome::Failed, "CATEGORY_TOO_DEEP"),
        ]
    );
    assert_eq!(world.products(world.scope).await.len(), 2);
    assert_eq!(world.products(world.other).await.len(), 0);
}

#[tokio::test]
async fn a_death_anywhere_neither_loses_a_row_nor_does_one_twice() {
    let calls = {
        let world = World::open().await;
        let id = world.take(world.scope, FILE).await;
        let (ctx, table) = world.stack.breaking(None);
        assert!(world.turn(&ctx, world.scope, id).await);
        table.calls()
    };
    assert!(calls >= 10, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let id = world.take(world.scope, FILE).await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        world.turn(&ctx, world.scope, id).await;
        assert!(world.turn(world.stack.ctx(), world.scope, id).await, "{fault:?}");
        let import = world.import(world.scope, id).await;
        assert_eq!((import.created, import.done(), import.status), (5, 5, ImportStatus::Done), "{fault:?}");
        assert_eq!(world.report(world.scope, id).await.len(), 5, "{fault:?}");
        assert_eq!(world.products(world.scope).await.len(), 4, "{fault:?}");
        let (events, due) = world.left_behind(world.scope).await;
        assert_eq!((events.len(), due), (6, 0), "{fault:?}: {events:?}");
    }
}

#[tokio::test]
async fn two_turns_at_once_do_each_row_once() {
    let world = World::open().await;
    let rows = (0..30).map(|n| format!("p{n},S{n},Product {n}\n")).collect::<Vec<_>>().concat();
    let id = world.take(world.scope, &format!("slug,sku,title\n{rows}")).await;
    let ctx = world.stack.ctx();
    let both = tokio::join!(world.turn(ctx, world.scope, id), world.turn(ctx, world.scope, id));
    assert_eq!(both, (true, true));
    assert!(world.turn(ctx, world.scope, id).await);
    let import = world.import(world.scope, id).await;
    assert_eq!((import.created, import.done(), import.status), (30, 30, ImportStatus::Done));
    assert_eq!(world.left_behind(world.scope).await, (vec!["product.created".to_owned(); 30], 0));
}

#[tokio::test]
async fn a_file_that_is_gone_ends_its_import() {
    let world = World::open().await;
    let id = world.take(world.scope, FILE).await;
    let ctx = world.stack.ctx();
    ctx.delete_object(&ProductImports::new(ctx.table(), world.scope).file(id)).await.unwrap();
    assert!(world.turn(ctx, world.scope, id).await);
    let import = world.import(world.scope, id).await;
    assert_eq!((import.status, import.done()), (ImportStatus::Stopped, 0));
    assert_eq!(world.left_behind(world.scope).await.1, 0);
    assert!(world.turn(ctx, world.scope, id).await, "a late message finds nothing to do");
}

#[tokio::test]
async fn a_file_of_all_products_is_made_once_whatever_dies() {
    let set_up = async || {
        let world = World::open().await;
        world.done(world.scope, FILE).await;
        let (ctx, id) = (world.stack.ctx(), ProductExportId::new(world.stack.ctx().new_ulid()));
        let exports = ProductExports::new(ctx.table(), world.scope);
        let export = ProductExport::requested(id, "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), ctx.now());
        let mut transaction = Transaction::new();
        exports.save(&mut transaction, &export).unwrap();
        agenda::set(&mut transaction, world.scope, DueKind::ProductExport, id, ctx.now()).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        (world, id)
    };
    let (world, id) = set_up().await;
    let (ctx, table) = world.stack.breaking(None);
    assert!(world.work(&ctx, world.scope, "product_export", &id.to_string()).await);
    let calls = table.calls();
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let (world, id) = set_up().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        world.work(&ctx, world.scope, "product_export", &id.to_string()).await;
        assert!(world.work(world.stack.ctx(), world.scope, "product_export", &id.to_string()).await, "{fault:?}");
        let ctx = world.stack.ctx();
        let exports = ProductExports::new(ctx.table(), world.scope);
        let export = exports.get(id).await.unwrap().unwrap();
        assert_eq!((export.status_at(ctx.now()), export.version), (ProductExportStatus::Ready, 2), "{fault:?}");
        let file = ctx.get_object(&exports.file(id)).await.unwrap().unwrap();
        assert_eq!(String::from_utf8(file).unwrap(), world.exported(world.scope).await);
        let due =
            world.stack.rows().await.iter().filter(|row| row["PK"].to_string().contains("DUE#product_export#")).count();
        assert_eq!(due, 0, "{fault:?}");
    }
}

#[tokio::test]
async fn ten_thousand_rows_are_done_in_turns() {
    let world = World::open().await;
    let mut lines = vec!["slug,title,option1_name,sku,option1_value,price_IDR".to_owned()];
    lines.extend((0..120).map(|n| format!("single-{n},Single {n},,SINGLE-{n},,{n}")));
    for product in 0..494 {
        let line = |size| format!("many-{product},Many {product},Size,MANY-{product}-{size},Size {size},1000");
        lines.extend((0..20).map(line));
    }
    assert_eq!(lines.len(), 10_001, "with the head");
    let text = lines.join("\n");
    let id = world.take(world.scope, &text).await;
    let ctx = world.stack.ctx();
    let mut turns = 0;
    while world.import(world.scope, id).await.ended_at.is_none() {
        assert!(world.turn(ctx, world.scope, id).await);
        turns += 1;
        assert!(turns <= 10, "the import never ends");
    }
    let import = world.import(world.scope, id).await;
    assert_eq!((turns, import.created, import.failed, import.parts), (7, 10_000, 0, 614));
    assert_eq!(world.stack.work.to(Queue::CatalogWork).len(), 6, "each turn but the last sends the next");
    let products = Products::new(ctx.table(), world.scope);
    assert_eq!(products.ids(10_000).await.unwrap().len(), 614);
    assert_eq!(world.left_behind(world.scope).await.1, 0);
}
