//! `DELETE /api/v1/products/{id}/variants/{variantId}`: a variant is sold no more, and its SKU is free.
//!
//! Round trips: as `PUT /api/v1/products/{id}`.

use axum::extract::State;
use kernel::{ProductId, VariantId};
use web::{Api, Caller, Edit, Envelope, Ids, Problem, Reply};

use crate::{
    ProductsWrite,
    products::{
        edit::{ProductEdit, Told},
        product_view::ProductView,
    },
};

/// Delete a variant
///
/// The last one of a product that is on sale stays: archive the product. Answers the whole product.
#[utoipa::path(
    delete, path = "/api/v1/products/{id}/variants/{variantId}",
    responses((status = 200, body = Envelope<ProductView>), (status = 409, description = "PRODUCT_NOT_SELLABLE"))
)]
pub async fn delete_variant(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    edit: Edit,
    Ids(id, variant): Ids<ProductId, VariantId>,
) -> Result<Reply, Problem> {
    let change = ProductEdit { api: &api, caller: &caller, edit, told: Told::Updated };
    change
        .make(id, |before, _, now| {
            let after = before.without_variant(variant, now)?;
            after.map(Some).ok_or_else(Problem::not_found)
        })
        .await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::{World, shirt};

    #[tokio::test]
    async fn a_variant_that_is_gone_leaves_its_sku() {
        let world = World::open().await;
        let id = world.product("A").await;
        let variant = world.get(&format!("/api/v1/products/{id}")).await.text("/data/variants/0/id");
        let path = format!("/api/v1/products/{id}/variants/{variant}");
        let gone = world.call(Method::DELETE, &path, json!({})).await;
        assert_eq!((gone.status.as_u16(), gone.at("/data/variants")), (200, json!([])), "{}", gone.snapshot());
        assert_eq!(world.call(Method::DELETE, &path, json!({})).await.status, 404);
        assert_eq!(world.post("/api/v1/products", shirt("A")).await.status, 201);
    }
}
