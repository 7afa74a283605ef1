//! `GET /api/v1/categories/{id}/products`: what is on sale in a category, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read of the
//! category, one query and one batch of reads; up to ten of each where products just changed.

use axum::extract::State;
use catalogue::{Categories, ProductStatus, Products, ShelfOf};
use kernel::CategoryId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Id, PageOf, Pager, PerhapsCaller, Problem, QueryString, Reply};

use crate::{
    ProductsRead,
    products::{product_view::ListedProduct, sight::Sight},
};

/// Which products of the category.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CategoryProductsQuery {
    /// Those that stand so; `active` when left out. The others are for who may write products.
    pub status: Option<ProductStatus>,
}

/// List products of a category
///
/// Those that name it, and not those of the categories below it. Without a token, those on sale of the tenant that `X-Tenant-ID`
/// names.
#[utoipa::path(
    get, path = "/api/v1/categories/{id}/products", responses((status = 200, body = PageOf<ListedProduct>))
)]
pub async fn list_category_products(
    State(api): State<Api>,
    caller: PerhapsCaller<ProductsRead>,
    pager: Pager,
    Id(id): Id<CategoryId>,
    QueryString(query): QueryString<CategoryProductsQuery>,
) -> Result<Reply, Problem> {
    let (status, now) = (Sight::of(&caller.grants).listed(query.status)?, api.now());
    Categories::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let products = Products::new(api.table(), caller.scope);
    let page = products.list(ShelfOf::Category(id), status, now, &pager.request()).await?;
    let rows = page.items.iter().map(|product| ListedProduct::of(product, now)).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::{World, ids, shirt};

    #[tokio::test]
    async fn a_product_is_in_all_its_categories_as_long_as_it_names_them() {
        let world = World::open().await;
        let (one, two) = (world.category("One", None).await, world.category("Two", None).await);
        let mut body = shirt("A");
        body["categoryIds"] = json!([one, two]);
        let id = world.post("/api/v1/products", body).await.text("/data/id");
        let within = async |category: &str, query: &str| {
            ids(&world.get(&format!("/api/v1/categories/{category}/products{query}")).await)
        };
        assert_eq!((within(&one, "").await.len(), within(&one, "?status=draft").await), (0, vec![id.clone()]));
        world.publish(&id, json!({})).await;
        assert_eq!((within(&one, "").await, within(&two, "").await), (vec![id.clone()], vec![id.clone()]));
        assert_eq!(world.listed(&format!("?category={two}")).await, std::slice::from_ref(&id));
        world.call(Method::PATCH, &format!("/api/v1/products/{id}"), json!({ "categoryIds": [two] })).await;
        assert_eq!((within(&one, "").await.len(), within(&two, "").await), (0, vec![id.clone()]));
        let path = format!("/api/v1/categories/{two}/products");
        let visitor = world.client.get(&*path).tenant("toko-a").send().await;
        assert_eq!(ids(&visitor), [id]);
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert_eq!(world.client.get(&*path).bearer(&stranger.token).send().await.status, 404);
        assert_eq!(world.client.get(format!("{path}?status=draft")).tenant("toko-a").send().await.status, 403);
    }
}
