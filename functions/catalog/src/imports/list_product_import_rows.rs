//! `GET /api/v1/products/imports/{id}/rows`: what became of each row of an import.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one query; up to ten
//! with a filter.

use axum::extract::State;
use catalogue::{ProductImports, RowOutcome};
use kernel::ProductImportId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Id, PageOf, Pager, Problem, QueryString, Reply};

use crate::{ProductsWrite, imports::product_import_view::ImportedRowView};

/// Which rows.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ImportRowsQuery {
    /// Those of this outcome alone.
    pub outcome: Option<RowOutcome>,
}

/// List the rows of an import
///
/// Those that are done, in the order of the file.
#[utoipa::path(
    get, path = "/api/v1/products/imports/{id}/rows", responses((status = 200, body = PageOf<ImportedRowView>))
)]
pub async fn list_product_import_rows(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    Id(id): Id<ProductImportId>,
    pager: Pager,
    QueryString(query): QueryString<ImportRowsQuery>,
) -> Result<Reply, Problem> {
    let imports = ProductImports::new(api.table(), caller.scope);
    imports.get(id).await?.ok_or_else(Problem::not_found)?;
    let page = imports.report(id, query.outcome, &pager.request()).await?;
    let rows: Vec<ImportedRowView> = page.items.into_iter().map(ImportedRowView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use catalogue::{ImportedRow, ProductImport, ProductImports, RowOutcome};
    use kernel::ProductImportId;
    use serde_json::json;
    use table::Transaction;

    use crate::world::World;

    #[tokio::test]
    async fn a_report_is_in_the_order_of_the_file_and_in_pages() {
        let world = World::open().await;
        let (ctx, scope) = (world.stack.ctx(), world.owner.scope);
        let id = ProductImportId::new(ctx.new_ulid());
        let import = ProductImport::requested(id, world.owner.user, 3, ctx.now());
        let row = |line: u64, outcome| ImportedRow {
            line,
            slug: "a".into(),
            sku: format!("A{line}"),
            outcome,
            errors: Vec::new(),
        };
        let rows = [row(2, RowOutcome::Created), row(10, RowOutcome::Failed), row(100, RowOutcome::Failed)];
        let mut transaction = Transaction::new();
        let imports = ProductImports::new(ctx.table(), scope);
        imports.save(&mut transaction, &import).unwrap();
        imports.insert_rows(&mut transaction, &import, &rows).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        let path = format!("/api/v1/products/imports/{id}/rows");
        let all = world.get(&path).await;
        assert_eq!(
            all.at("/data/0"),
            json!({ "line": 2, "slug": "a", "sku": "A2", "outcome": "created", "errors": [] })
        );
        assert_eq!([all.at("/data/1/line"), all.at("/data/2/line")], [json!(10), json!(100)]);
        let failed = world.get(&format!("{path}?outcome=failed&limit=1")).await;
        assert_eq!(failed.at("/data/0/line"), json!(10));
        let next = world.get(&format!("{path}?outcome=failed&limit=1&cursor={}", failed.text("/page/next"))).await;
        assert_eq!((next.at("/data/0/line"), next.at("/page/next")), (json!(100), json!(null)));
        assert_eq!(world.get(&format!("{path}?outcome=lost")).await.status, 422);
        let unknown = world.get("/api/v1/products/imports/pim_01JD2Z3M4N5P6Q7R8S9T0V1W2X/rows").await;
        assert_eq!(unknown.status, 404);
    }
}
