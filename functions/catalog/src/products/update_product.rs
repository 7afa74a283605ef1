//! `PATCH /api/v1/products/{id}`: some of what is told of a product.
//!
//! Round trips: as `PUT`.

use axum::extract::State;
use catalogue::{Attribute, CatalogueSlug, Image, ProductDescription, ProductOption, ProductText, ProductTitle};
use kernel::{CategoryId, Field, ProductId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    ProductsWrite,
    products::{
        edit::{ProductEdit, Told},
        product_body::check_text,
        product_view::ProductView,
    },
};

/// What changes; what is left out stays, and null takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "title": "Batik shirt, hand-drawn" }))]
pub struct UpdateProduct {
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = ProductTitle, required = false)]
    pub title: Option<ProductTitle>,
    /// Another slug; the one before leads to the product still.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = CatalogueSlug, required = false)]
    pub slug: Option<CatalogueSlug>,
    #[serde(default)]
    pub description: Field<ProductDescription>,
    /// All options.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<ProductOption>, required = false, max_items = 3)]
    pub options: Option<Vec<ProductOption>>,
    /// All categories.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<CategoryId>, required = false, max_items = 5)]
    pub category_ids: Option<Vec<CategoryId>>,
    /// All attributes.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<Attribute>, required = false, max_items = 30)]
    pub attributes: Option<Vec<Attribute>>,
    /// All images.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<Image>, required = false, max_items = 20)]
    pub images: Option<Vec<Image>>,
}

/// Update a product
///
/// Its variants and prices are changed by operations of their own, and its status by `publish`, `archive` and `DELETE`.
#[utoipa::path(
    patch, path = "/api/v1/products/{id}",
    responses(
        (status = 200, body = Envelope<ProductView>),
        (status = 409, description = "PRODUCT_SLUG_TAKEN"),
        (status = 422, description = "PRODUCT_OPTIONS_MISMATCH, UNKNOWN_CATEGORY")
    )
)]
pub async fn update_product(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    edit: Edit,
    Id(id): Id<ProductId>,
    Json(body): Json<UpdateProduct>,
) -> Result<Reply, Problem> {
    let change = ProductEdit { api: &api, caller: &caller, edit, told: Told::Updated };
    change
        .make(id, |before, _, now| {
            let (body, old) = (body.clone(), before.product.text.clone());
            let text = ProductText {
                title: body.title.unwrap_or(old.title),
                description: body.description.apply(old.description),
                options: body.options.unwrap_or(old.options),
                category_ids: body.category_ids.unwrap_or(old.category_ids),
                attributes: body.attributes.unwrap_or(old.attributes),
                images: body.images.unwrap_or(old.images),
            };
            check_text(&text)?;
            Ok(Some(before.rewritten(text, body.slug, now)?))
        })
        .await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn what_is_left_out_stays_and_null_takes_away() {
        let world = World::open().await;
        let id = world.product("A").await;
        let path = format!("/api/v1/products/{id}");
        let patch = async |body| world.call(Method::PATCH, &path, body).await;
        let first =
            patch(json!({ "description": "New.", "attributes": [{ "name": "Material", "value": "Silk" }] })).await;
        assert_eq!((first.status.as_u16(), first.header("etag")), (200, "\"2\""), "{}", first.snapshot());
        let second = patch(json!({ "title": "Kemeja" })).await;
        assert_eq!(
            (second.text("/data/title"), second.text("/data/description")),
            ("Kemeja".to_owned(), "New.".to_owned())
        );
        assert_eq!(second.at("/data/attributes/0/value"), json!("Silk"));
        assert_eq!(patch(json!({ "description": null })).await.at("/data/description"), json!(null));
        assert_eq!(patch(json!({ "status": "active" })).await.text("/code"), "UNKNOWN_FIELD");
        for name in ["title", "slug", "options", "categoryIds", "attributes", "images"] {
            let refused = patch(json!({ name: null })).await;
            assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer")), (400, format!("/{name}")));
        }
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let theirs = world.client.call(Method::PATCH, &*path).json(json!({ "title": "X" })).bearer(&stranger.token);
        assert_eq!(theirs.send().await.status, 404);
        let customer =
            world.client.call(Method::PATCH, &*path).json(json!({ "title": "X" })).bearer(&world.customer.token);
        assert_eq!(customer.send().await.status, 403);
    }

    #[tokio::test]
    async fn changes_at_once_are_all_made_and_none_twice() {
        let world = World::open().await;
        let id = world.product("A").await;
        let path = format!("/api/v1/products/{id}");
        let answers =
            join_all((0..5).map(|number| world.call(Method::PATCH, &path, json!({ "title": format!("T{number}") }))))
                .await;
        assert!(
            answers.iter().all(|one| one.status == 200),
            "{:?}",
            answers.iter().map(testkit::Answer::snapshot).collect::<Vec<_>>()
        );
        assert_eq!(world.get(&path).await.header("etag"), "\"6\"");
        assert_eq!(world.listed("?status=draft").await, [id]);
    }
}
