//! `POST /api/v1/products`: a draft, with its first variants.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one transaction of the product, its variants, names and places, audit entry, event and idempotency row; once more when the
//! title's slug is taken.

use std::ops::ControlFlow;

use axum::extract::State;
use catalogue::{
    Attribute, CatalogueError, CatalogueSlug, Image, NewProduct, ProductDescription, ProductOption, ProductTitle,
    Products, WholeProduct,
};
use events::product::ProductCreated;
use kernel::{CategoryId, ProductId};
use serde::Deserialize;
use table::{Race, Transaction, until_settled_from};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PRODUCT_CREATED, ProductsWrite,
    products::{
        edit::settled,
        product_body::{ProductBody, VariantBody, checked_variants},
        product_view::ProductView,
        sight::Sight,
    },
};

/// A new product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "title": "Batik shirt", "options": [{ "name": "Size", "values": ["S", "M"] }],
    "variants": [{ "sku": "TEE-M", "optionValues": ["M"], "prices": [{ "amount": 120_000, "currency": "IDR" }] }]
}))]
pub struct CreateProduct {
    pub title: ProductTitle,
    /// What it is called in addresses; made of the title when left out.
    pub slug: Option<CatalogueSlug>,
    pub description: Option<ProductDescription>,
    /// What can be chosen. Each variant has one value of each.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub options: Vec<ProductOption>,
    /// Where it is found.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub category_ids: Vec<CategoryId>,
    /// What else is true of it, each name once.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub attributes: Vec<Attribute>,
    /// What it looks like, the most important one first.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub images: Vec<Image>,
    /// What can be bought: at most 30 here, and up to 100 by `POST /products/{id}/variants`.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub variants: Vec<VariantBody>,
}

/// Create a product
///
/// It is a draft, which only staff sees, until it is published. Slugs and SKUs are unique in the organisation.
#[utoipa::path(
    post, path = "/api/v1/products",
    responses(
        (status = 201, body = Envelope<ProductView>),
        (status = 409, description = "PRODUCT_SLUG_TAKEN, SKU_TAKEN, VARIANT_EXISTS"),
        (status = 422, description = "PRODUCT_OPTIONS_MISMATCH, UNKNOWN_CATEGORY")
    )
)]
pub async fn create_product(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateProduct>,
) -> Result<Reply, Problem> {
    let CreateProduct { title, slug, description, options, category_ids, attributes, images, variants } = body;
    let id = ProductId::new(api.new_ulid());
    let body = ProductBody { title, slug, description, options, category_ids, attributes, images };
    let (text, given) = body.checked()?;
    let variants = checked_variants(&api, variants)?;
    let made = CatalogueSlug::from_title(&text.title);
    let first = given.clone().or_else(|| made.clone()).unwrap_or_else(|| CatalogueSlug::of_nameless(id));
    let products = Products::new(api.table(), caller.scope);
    let (first, now) = (&first, api.now());
    let outcome = until_settled_from(Problem::conflict, first.clone(), |slug| async {
        let may_change = given.is_none() && slug == *first;
        let article =
            WholeProduct::new(NewProduct { id, text: text.clone(), slug: slug.clone() }, variants.clone(), now)?;
        let mut transaction = Transaction::new();
        let slots = products.insert(&mut transaction, &article)?;
        let entry = caller.entry(&api, &info, PRODUCT_CREATED).about(id);
        entry.insert(&mut transaction, caller.scope)?;
        let told = ProductCreated { product_id: id, slug: slug.to_string() };
        api.insert_event(&mut transaction, caller.tenant(), &info, article.product.version, &told)?;
        let reply = Reply::created(&ProductView::of(&article, Sight::Whole, now))?.version(article.product.version);
        let outcome = key.try_commit(&api, transaction, reply).await?;
        let refusal = outcome.as_ref().err().and_then(|cancelled| slots.refusal(cancelled));
        if may_change && refusal == Some(CatalogueError::SlugTaken) {
            // The title is another product's too, and nobody chose the slug.
            return Ok(ControlFlow::Continue(first.with_end_of(id)));
        }
        Ok(match settled(outcome, |lost| slots.refusal(lost))? {
            Race::Settled(reply) => ControlFlow::Break(reply),
            Race::Lost => ControlFlow::Continue(slug),
        })
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use serde_json::json;
    use testkit::Fault;

    use crate::world::{World, shirt};

    #[tokio::test]
    async fn a_draft_has_all_that_was_said() {
        let world = World::open().await;
        let category = world.category("Clothing", None).await;
        let mut body = shirt("A");
        body["description"] = json!("Hand-drawn.\nCold wash.");
        body["categoryIds"] = json!([category]);
        body["attributes"] = json!([{ "name": "Material", "value": "Cotton" }]);
        body["images"] = json!([{ "url": "https://cdn.example.com/a.webp", "alt": "A shirt" }]);
        body["variants"][0]["barcode"] = json!("8991234567890");
        body["variants"][0]["weightGrams"] = json!(250);
        body["variants"][0]["dimensions"] = json!({ "length": 300, "width": 200, "height": 20 });
        let made = world.post("/api/v1/products", body.clone()).await;
        assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"1\""), "{}", made.snapshot());
        for name in ["title", "description", "options", "categoryIds", "attributes", "images"] {
            assert_eq!(made.at(&format!("/data/{name}")), body[name], "{name}");
        }
        assert_eq!(
            (made.text("/data/slug"), made.text("/data/status")),
            ("batik-shirt".to_owned(), "draft".to_owned())
        );
        assert_eq!(made.at("/data/publishedAt"), json!(null));
        let variant = made.at("/data/variants/0");
        for name in ["sku", "optionValues", "barcode", "weightGrams", "dimensions"] {
            assert_eq!(variant[name], body["variants"][0][name], "{name}");
        }
        assert_eq!(variant["prices"][0]["price"], body["variants"][0]["prices"][0]);
        let shown = world.get(&format!("/api/v1/products/{}", made.text("/data/id"))).await;
        assert_eq!((shown.at("/data"), shown.header("etag")), (made.at("/data"), "\"1\""));
        assert_eq!(world.events().await, ["product.created"]);
    }

    #[tokio::test]
    async fn bad_wishes_say_where() {
        let world = World::open().await;
        let with = |pointer: &str, value| {
            let mut body = shirt("A");
            match pointer.strip_prefix('/').and_then(|name| name.split_once('/')) {
                Some(("variants", name)) => body["variants"][0][name] = value,
                _ => body[pointer.trim_start_matches('/')] = value,
            }
            body
        };
        let price = |amount: i64, currency: &str| json!({ "amount": amount, "currency": currency });
        for (body, status, pointer) in [
            (with("/title", json!(" ")), 422, "/title"),
            (with("/slug", json!("Batik")), 422, "/slug"),
            (with("/options", json!([{ "name": "Size", "values": [] }])), 422, "/options/0/values"),
            (with("/options", json!([{ "name": "Size", "values": ["S", "S"] }])), 422, "/options/0/values/1"),
            (with("/options", json!(vec![json!({ "name": "Size", "values": ["S"] }); 2])), 422, "/options/1"),
            (with("/options", json!(vec![json!({ "name": "Size", "values": ["S"] }); 4])), 422, "/options"),
            (with("/categoryIds", json!(["cat_01JD2Z3M4N5P6Q7R8S9T0V1W2X"])), 422, "/categoryIds"),
            (with("/images", json!([{ "url": "http://cdn.example.com/a" }])), 422, "/images/0/url"),
            (with("/images", json!(vec![json!({ "url": "https://a.example/" }); 21])), 422, "/images"),
            (with("/variants/sku", json!("a b")), 422, "/variants/0/sku"),
            (with("/variants/prices", json!([price(1, "IDR"), price(2, "IDR")])), 422, "/variants/0/prices/1/currency"),
            (with("/variants/prices", json!([price(-1, "IDR")])), 422, "/variants/0/prices/0/amount"),
            (with("/variants/weightGrams", json!(0)), 422, "/variants/0/weightGrams"),
            (with("/variants", json!(vec![json!({ "sku": "A" }); 31])), 422, "/variants"),
            (with("/price", json!(1)), 400, "/price"),
        ] {
            let answer = world.post("/api/v1/products", body.clone()).await;
            let at = (answer.status.as_u16(), answer.text("/errors/0/pointer"));
            assert_eq!(at, (status, pointer.to_owned()), "{body} {}", answer.snapshot());
        }
        let mismatch = world.post("/api/v1/products", with("/variants/optionValues", json!(["XL"]))).await;
        assert_eq!((mismatch.status.as_u16(), mismatch.text("/code").as_str()), (422, "PRODUCT_OPTIONS_MISMATCH"));
        assert_eq!(world.events().await.len(), 0, "nothing of all this is there");
    }

    #[tokio::test]
    async fn names_have_one_owner_also_at_once() {
        let world = World::open().await;
        let answers = join_all((0..4).map(|_| world.post("/api/v1/products", shirt("A")))).await;
        let count = |code: &str| answers.iter().filter(|answer| answer.text("/code") == code).count();
        assert_eq!(
            (count(""), count("SKU_TAKEN")),
            (1, 3),
            "{:?}",
            answers.iter().map(testkit::Answer::snapshot).collect::<Vec<_>>()
        );
        let second = world.post("/api/v1/products", shirt("B")).await;
        let id = second.text("/data/id").to_lowercase();
        assert_eq!(second.text("/data/slug"), format!("batik-shirt-{}", &id[id.len() - 8..]), "the title is taken");
        let mut chosen = shirt("C");
        chosen["slug"] = json!("batik-shirt");
        assert_eq!(world.post("/api/v1/products", chosen).await.text("/code"), "PRODUCT_SLUG_TAKEN");
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let theirs = world.client.post("/api/v1/products", shirt("A")).bearer(&stranger.token).idempotency_key("x");
        assert_eq!(theirs.send().await.status, 201, "another organisation has its own names");
    }

    #[tokio::test]
    async fn as_many_variants_as_are_taken_fit_into_a_transaction() {
        let world = World::open().await;
        let mut categories = Vec::new();
        for number in 0..5 {
            categories.push(world.category(&format!("C{number}"), None).await);
        }
        let values: Vec<String> = (0..20).map(|number| number.to_string()).collect();
        let variants = (0..30).map(|number| {
            json!({ "sku": format!("S{number}"), "optionValues": [values[number % 20], if number < 20 { "a" } else { "b" }],
                "prices": [{ "amount": 1, "currency": "IDR" }] })
        });
        let body = json!({
            "title": "Large", "categoryIds": categories, "variants": variants.collect::<Vec<_>>(),
            "options": [{ "name": "A", "values": values }, { "name": "B", "values": ["a", "b"] }]
        });
        let made = world.post("/api/v1/products", body).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        let gone =
            world.call(http::Method::DELETE, &format!("/api/v1/products/{}", made.text("/data/id")), json!({})).await;
        assert_eq!(gone.at("/data/deleted"), json!(true), "{}", gone.snapshot());
        let left = world.stack.everything().await;
        assert!(
            !left.contains("SHELF#") && !left.contains("#SKU#") && !left.contains("VARIANT#"),
            "nothing is left of it"
        );
    }

    #[tokio::test]
    async fn a_crash_leaves_a_whole_product_or_none_and_a_repetition_the_same() {
        let calls = {
            let world = World::open().await;
            let (client, table) = world.breaking(None);
            world.send(&client, shirt("A")).await;
            table.calls()
        };
        for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
            let world = World::open().await;
            let (client, _) = world.breaking(Some(fault));
            let first = world.send(&client, shirt("A")).await;
            assert!([201, 503].contains(&first.status.as_u16()), "{fault:?} {}", first.snapshot());
            let again = world.send(&client, shirt("A")).await;
            assert_eq!(again.status, 201, "{fault:?} {}", again.snapshot());
            assert_eq!(world.listed("?status=draft").await, [again.text("/data/id")], "{fault:?}");
        }
    }
}
