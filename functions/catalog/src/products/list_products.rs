//! `GET /api/v1/products`: what is on sale, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one query and
//! one batch of reads; up to ten of each where products just changed.

use axum::extract::State;
use catalogue::{ProductStatus, Products, ShelfOf};
use kernel::CategoryId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, PageOf, Pager, PerhapsCaller, Problem, QueryString, Reply};

use crate::{
    ProductsRead,
    products::{product_view::ListedProduct, sight::Sight},
};

/// Which products.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProductsQuery {
    /// Those that stand so; `active` when left out. The others are for who may write products.
    pub status: Option<ProductStatus>,
    /// Those that name this category; not those of the categories below it.
    pub category: Option<CategoryId>,
}

/// List products
///
/// Those first that were published last; of drafts and archived ones, those that became so last. Without a token, those on sale of
/// the tenant that `X-Tenant-ID` names.
#[utoipa::path(get, path = "/api/v1/products", responses((status = 200, body = PageOf<ListedProduct>)))]
pub async fn list_products(
    State(api): State<Api>,
    caller: PerhapsCaller<ProductsRead>,
    pager: Pager,
    QueryString(query): QueryString<ProductsQuery>,
) -> Result<Reply, Problem> {
    let status = Sight::of(&caller.grants).listed(query.status)?;
    let (shelf, now) = (query.category.map_or(ShelfOf::All, ShelfOf::Category), api.now());
    let page = Products::new(api.table(), caller.scope).list(shelf, status, now, &pager.request()).await?;
    let rows = page.items.iter().map(|product| ListedProduct::of(product, now)).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn products_are_listed_by_status_newest_first_and_in_pages() {
        let world = World::open().await;
        let mut made = Vec::new();
        for sku in ["A", "B", "C", "D", "E"] {
            made.push(world.product(sku).await);
        }
        let names = |of: &[usize]| of.iter().map(|place| made[*place].clone()).collect::<Vec<_>>();
        world.stack.set_clock("2026-11-21T02:00:00Z");
        world.publish(&made[2], json!({})).await;
        world.publish(&made[3], json!({ "publishAt": "2026-11-21T05:00:00.000Z" })).await;
        world.stack.set_clock("2026-11-21T03:00:00Z");
        world.publish(&made[0], json!({})).await;
        world.act(&made[4], "archive").await;
        assert_eq!(world.listed("").await, names(&[0, 2]));
        assert_eq!(world.listed("?status=draft").await, names(&[1]));
        assert_eq!(world.listed("?status=scheduled").await, names(&[3]));
        assert_eq!(world.listed("?status=archived").await, names(&[4]));
        // Nothing runs, and time goes on.
        world.stack.set_clock("2026-11-21T05:00:00Z");
        assert_eq!(world.listed("").await, names(&[3, 0, 2]));
        assert_eq!(world.listed("?status=scheduled").await, [""; 0]);
        let first = world.get("/api/v1/products?limit=2").await;
        let rest = world.get(&format!("/api/v1/products?limit=2&cursor={}", first.text("/page/next"))).await;
        assert_eq!((rest.text("/data/0/id"), rest.at("/page/next")), (made[2].clone(), json!(null)));
        assert_eq!(first.at("/data/0/pricesFrom"), json!([{ "amount": 120_000, "currency": "IDR" }]));
        assert_eq!(first.at("/data/0/variantCount"), json!(1));
    }

    #[tokio::test]
    async fn what_is_not_on_sale_is_for_staff() {
        let world = World::open().await;
        let id = world.product("A").await;
        let visit =
            async |query: &str| world.client.get(format!("/api/v1/products{query}")).tenant("toko-a").send().await;
        assert_eq!(visit("").await.at("/data"), json!([]));
        for status in ["draft", "scheduled", "archived"] {
            let query = format!("?status={status}");
            assert_eq!(visit(&query).await.text("/code"), "FORBIDDEN", "{status}");
            let path = format!("/api/v1/products{query}");
            let customer = world.client.get(path).bearer(&world.customer.token).send().await;
            assert_eq!(customer.text("/code"), "FORBIDDEN", "{status}");
        }
        assert_eq!(world.client.get("/api/v1/products").send().await.text("/code"), "MISSING_TENANT_ID");
        assert_eq!(visit("?status=sold").await.status, 422);
        world.publish(&id, json!({})).await;
        assert_eq!(visit("?status=active").await.text("/data/0/id"), id);
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let theirs = world.client.get("/api/v1/products").bearer(&stranger.token).send().await;
        assert_eq!(theirs.at("/data"), json!([]));
    }
}
