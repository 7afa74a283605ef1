//! `PATCH /api/v1/products/{id}/variants/{variantId}`: a variant's SKU, values, measures or prices.
//!
//! Round trips: as `PUT /api/v1/products/{id}`.

use axum::extract::State;
use catalogue::{Barcode, Dimensions, Grams, OptionWord, VariantEdit};
use kernel::{Field, Money, ProductId, Sku, VariantId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Ids, Json, Problem, Reply};

use crate::{
    ProductsWrite,
    products::{
        edit::{ProductEdit, Told},
        product_body::{ListPriceBody, check_prices, checked_lists},
        product_view::ProductView,
    },
};

/// What changes; what is left out stays, and null takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "prices": [{ "amount": 99_000, "currency": "IDR" }] }))]
pub struct UpdateVariant {
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Sku, required = false)]
    pub sku: Option<Sku>,
    /// One value for each option of the product, in their order.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<OptionWord>, required = false, max_items = 3)]
    pub option_values: Option<Vec<OptionWord>>,
    #[serde(default)]
    pub barcode: Field<Barcode>,
    /// What one weighs, with its wrapping.
    #[serde(default)]
    pub weight_grams: Field<Grams>,
    /// How large one is, with its wrapping.
    #[serde(default)]
    pub dimensions: Field<Dimensions>,
    /// All prices, one for each currency. One that stays as it is keeps its time.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<Money>, required = false, max_items = 10)]
    pub prices: Option<Vec<Money>>,
    /// All list prices.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<ListPriceBody>, required = false, max_items = 50)]
    pub price_lists: Option<Vec<ListPriceBody>>,
}

/// Update a variant
///
/// `If-Match` takes the `ETag` of the product. Answers the whole product. A lower price says the lowest one of the 30 days before as
/// `priorPrice`.
#[utoipa::path(
    patch, path = "/api/v1/products/{id}/variants/{variantId}",
    responses(
        (status = 200, body = Envelope<ProductView>),
        (status = 409, description = "SKU_TAKEN, VARIANT_EXISTS, PRODUCT_NOT_SELLABLE"),
        (status = 422, description = "PRODUCT_OPTIONS_MISMATCH")
    )
)]
pub async fn update_variant(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    edit: Edit,
    Ids(id, variant): Ids<ProductId, VariantId>,
    Json(body): Json<UpdateVariant>,
) -> Result<Reply, Problem> {
    check_prices("", body.prices.as_deref().unwrap_or_default())?;
    let wanted = VariantEdit {
        sku: body.sku,
        option_values: body.option_values,
        barcode: body.barcode,
        weight_grams: body.weight_grams,
        dimensions: body.dimensions,
        prices: body.prices,
        price_lists: body.price_lists.map(|lists| checked_lists("", lists)).transpose()?,
    };
    let change = ProductEdit { api: &api, caller: &caller, edit, told: Told::Updated };
    change
        .make(id, |before, history, now| {
            let after = before.with_changed_variant(variant, wanted.clone(), history, now)?;
            after.map(Some).ok_or_else(Problem::not_found)
        })
        .await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn what_is_left_out_stays_and_a_sku_changes_hands() {
        let world = World::open().await;
        let (id, other) = (world.product("A").await, world.product("B").await);
        let whole = world.get(&format!("/api/v1/products/{id}")).await;
        let path = format!("/api/v1/products/{id}/variants/{}", whole.text("/data/variants/0/id"));
        let patch = async |body| world.call(Method::PATCH, &path, body).await;
        let heavier = patch(json!({ "weightGrams": 250, "barcode": "123" })).await;
        assert_eq!((heavier.status.as_u16(), heavier.header("etag")), (200, "\"2\""), "{}", heavier.snapshot());
        assert_eq!(heavier.at("/data/variants/0/prices"), whole.at("/data/variants/0/prices"));
        assert_eq!(patch(json!({ "barcode": null })).await.at("/data/variants/0/barcode"), json!(null));
        assert_eq!(patch(json!({ "sku": "B" })).await.text("/code"), "SKU_TAKEN");
        assert_eq!(patch(json!({ "sku": "A2" })).await.text("/data/variants/0/sku"), "A2");
        let theirs = world.get(&format!("/api/v1/products/{other}")).await.text("/data/variants/0/id");
        let of_other = format!("/api/v1/products/{other}/variants/{theirs}");
        let taken = world.call(Method::PATCH, &of_other, json!({ "sku": "A" })).await;
        assert_eq!(taken.text("/data/variants/0/sku"), "A", "a SKU that was given up is free");
        let lists = json!([{ "key": "many", "minQuantity": 10, "price": { "amount": 1, "currency": "IDR" } }]);
        assert_eq!(
            patch(json!({ "priceLists": lists })).await.at("/data/variants/0/priceLists/0/minQuantity"),
            json!(10)
        );
        let twice = json!([lists[0], lists[0]]);
        assert_eq!(patch(json!({ "priceLists": twice })).await.text("/errors/0/pointer"), "/priceLists/1");
        let strange = format!("/api/v1/products/{id}/variants/{theirs}");
        assert_eq!(world.call(Method::PATCH, &strange, json!({})).await.status, 404, "of another product");
    }
}
