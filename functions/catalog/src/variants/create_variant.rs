//! `POST /api/v1/products/{id}/variants`: one more variant of a product.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one query of the product, one transaction; the last two again for every race that is lost.

use axum::extract::State;
use catalogue::Products;
use kernel::ProductId;
use table::{Transaction, until_settled};
use web::{Api, Caller, Edit, Envelope, Id, IdempotencyKey, Json, Problem, Reply};

use crate::{
    PRODUCT_UPDATED, ProductsWrite,
    products::{edit::settled, product_body::VariantBody, product_view::ProductView, sight::Sight},
};

/// Create a variant
///
/// It names one value for each option of the product; no two variants have the same values, and a product has at most 100 of them.
/// `If-Match` takes the `ETag` of the product. Answers the whole product.
#[utoipa::path(
    post, path = "/api/v1/products/{id}/variants",
    responses(
        (status = 201, body = Envelope<ProductView>),
        (status = 409, description = "SKU_TAKEN, VARIANT_EXISTS, VARIANT_LIMIT, PRODUCT_NOT_SELLABLE"),
        (status = 422, description = "PRODUCT_OPTIONS_MISMATCH")
    )
)]
pub async fn create_variant(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    Edit { info, key, if_match }: Edit<IdempotencyKey>,
    Id(id): Id<ProductId>,
    Json(body): Json<VariantBody>,
) -> Result<Reply, Problem> {
    let new = body.checked(&api, "")?;
    let products = Products::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let before = products.get(id).await?.ok_or_else(Problem::not_found)?;
        if_match.check(before.product.version)?;
        let now = api.now();
        let after = before.with_variant(new.clone(), now)?;
        let mut transaction = Transaction::new();
        let slots = products.save(&mut transaction, &before, &after, now)?;
        let entry = caller.entry(&api, &info, PRODUCT_UPDATED).about(id);
        entry.insert(&mut transaction, caller.scope)?;
        let told = events::product::ProductUpdated { product_id: id, slug: after.product.slug.to_string() };
        api.insert_event(&mut transaction, caller.tenant(), &info, after.product.version, &told)?;
        let view = ProductView::of(&after, Sight::Whole, now);
        let reply = Reply::created(&view)?.version(after.product.version);
        settled(key.try_commit(&api, transaction, reply).await?, |lost| slots.refusal(lost))
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use serde_json::{Value, json};

    use crate::world::World;

    fn of(sku: &str, size: &str) -> Value {
        json!({ "sku": sku, "optionValues": [size], "prices": [{ "amount": 99_000, "currency": "IDR" }] })
    }

    #[tokio::test]
    async fn a_variant_is_one_choice_with_a_sku_of_its_own() {
        let world = World::open().await;
        let (id, other) = (world.product("A").await, world.product("B").await);
        let path = format!("/api/v1/products/{id}/variants");
        let made = world.post(&path, of("A-M", "M")).await;
        assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"2\""), "{}", made.snapshot());
        assert_eq!(made.text("/data/variants/1/sku"), "A-M");
        for (body, code) in [
            (of("B", "L"), "SKU_TAKEN"),
            (of("A-M", "L"), "SKU_TAKEN"),
            (of("C", "M"), "VARIANT_EXISTS"),
            (of("C", "XL"), "PRODUCT_OPTIONS_MISMATCH"),
        ] {
            assert_eq!(world.post(&path, body.clone()).await.text("/code"), code, "{body}");
        }
        let stale = world.client.post(&*path, of("C", "L")).bearer(&world.owner.token).idempotency_key("stale");
        assert_eq!(stale.header("if-match", "\"1\"").send().await.status, 412);
        let wrong = json!({ "sku": "C", "optionValues": ["L"], "prices": [{ "amount": -1, "currency": "IDR" }] });
        assert_eq!(world.post(&path, wrong).await.text("/errors/0/pointer"), "/prices/0/amount");
        world.publish(&id, json!({})).await;
        let priceless = json!({ "sku": "C", "optionValues": ["L"] });
        assert_eq!(world.post(&path, priceless).await.text("/code"), "PRODUCT_NOT_SELLABLE");
        let listed = world.get("/api/v1/products").await;
        assert_eq!(listed.at("/data/0/pricesFrom/0/amount"), json!(99_000), "the cheapest");
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let theirs = world.client.post(format!("/api/v1/products/{other}/variants"), of("Z", "M"));
        assert_eq!(theirs.bearer(&stranger.token).idempotency_key("z").send().await.status, 404);
    }

    #[tokio::test]
    async fn of_two_that_are_the_same_at_once_there_is_one() {
        let world = World::open().await;
        let id = world.product("A").await;
        let path = format!("/api/v1/products/{id}/variants");
        let answers = join_all(["X", "Y", "Z"].map(|sku| world.post(&path, of(sku, "M")))).await;
        let count = |code: &str| answers.iter().filter(|answer| answer.text("/code") == code).count();
        assert_eq!((count(""), count("VARIANT_EXISTS")), (1, 2));
        assert_eq!(
            world.get(&format!("/api/v1/products/{id}")).await.at("/data/variants").as_array().map(Vec::len),
            Some(2)
        );
    }
}
