//! `PUT /api/v1/products/{id}`: all that is told of a product anew.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one query of the product, one of its prices if it was on sale, one transaction; the last three again for every
//! race that is lost.

use axum::extract::State;
use kernel::ProductId;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    ProductsWrite,
    products::{
        edit::{ProductEdit, Told},
        product_body::ProductBody,
        product_view::ProductView,
    },
};

/// Replace a product
///
/// All that is told of it: what is left out is taken away, but for the slug, which stays. Its variants, their prices and its status
/// stay too, and the variants must be of the new options.
#[utoipa::path(
    put, path = "/api/v1/products/{id}",
    responses(
        (status = 200, body = Envelope<ProductView>),
        (status = 409, description = "PRODUCT_SLUG_TAKEN"),
        (status = 422, description = "PRODUCT_OPTIONS_MISMATCH, UNKNOWN_CATEGORY")
    )
)]
pub async fn replace_product(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    edit: Edit,
    Id(id): Id<ProductId>,
    Json(body): Json<ProductBody>,
) -> Result<Reply, Problem> {
    let (text, slug) = body.checked()?;
    let change = ProductEdit { api: &api, caller: &caller, edit, told: Told::Updated };
    change.make(id, |before, _, now| Ok(Some(before.rewritten(text.clone(), slug.clone(), now)?))).await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::{World, shirt};

    #[tokio::test]
    async fn what_is_left_out_is_gone_and_what_is_sold_stays() {
        let world = World::open().await;
        let category = world.category("Clothing", None).await;
        let mut body = shirt("A");
        body["categoryIds"] = json!([category]);
        body["description"] = json!("Old.");
        let made = world.post("/api/v1/products", body).await;
        let path = format!("/api/v1/products/{}", made.text("/data/id"));
        let options = made.at("/data/options");
        let put = async |body| world.call(Method::PUT, &path, body).await;
        let after = put(json!({ "title": "Kemeja", "options": options })).await;
        assert_eq!((after.status.as_u16(), after.header("etag")), (200, "\"2\""), "{}", after.snapshot());
        assert_eq!((after.at("/data/description"), after.at("/data/categoryIds")), (json!(null), json!([])));
        assert_eq!(
            (after.text("/data/slug"), after.text("/data/title")),
            ("batik-shirt".to_owned(), "Kemeja".to_owned())
        );
        assert_eq!(after.at("/data/variants"), made.at("/data/variants"));
        assert_eq!(put(json!({ "title": "Kemeja" })).await.text("/code"), "PRODUCT_OPTIONS_MISMATCH");
        assert_eq!(put(json!({ "options": options })).await.text("/errors/0/pointer"), "/title");
        let stale = world.client.call(Method::PUT, &*path).json(json!({ "title": "X", "options": options }));
        let stale = stale.bearer(&world.owner.token).header("if-match", "\"1\"").send().await;
        assert_eq!(stale.status, 412, "{}", stale.snapshot());
        let gone = world.call(Method::DELETE, &format!("/api/v1/categories/{category}"), json!({})).await;
        assert_eq!(gone.status, 200, "the category is empty again: {}", gone.snapshot());
    }
}
