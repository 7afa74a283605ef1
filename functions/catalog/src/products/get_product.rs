//! `GET /api/v1/products/{id}`: one product, by its id or by a slug that it has or had.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one query, and
//! one read before it for a slug.

use axum::extract::State;
use catalogue::{ProductRef, Products};
use web::{Api, Envelope, Id, PerhapsCaller, Problem, Reply};

use crate::{
    ProductsRead,
    products::{product_view::ProductView, sight::Sight},
};

/// Get a product
///
/// By its id, by its slug, or by a slug that it had before: then the answer is the product too, and its `slug` says where readers
/// are to be sent on to. Without a token, of the tenant that `X-Tenant-ID` names. What is not on sale is for who may write
/// products.
#[utoipa::path(get, path = "/api/v1/products/{id}", responses((status = 200, body = Envelope<ProductView>)))]
pub async fn get_product(
    State(api): State<Api>,
    caller: PerhapsCaller<ProductsRead>,
    Id(named): Id<ProductRef>,
) -> Result<Reply, Problem> {
    let found = Products::new(api.table(), caller.scope).find(&named).await?;
    let (sight, now) = (Sight::of(&caller.grants), api.now());
    let article = found.filter(|article| sight.sees(&article.product, now)).ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&ProductView::of(&article, sight, now))?.version(article.product.version))
}

#[cfg(test)]
mod tests {
    use catalogue::{NewProduct, NewVariant, Products, WholeProduct};
    use http::Method;
    use serde_json::json;
    use table::Transaction;

    use crate::world::{World, shirt};

    #[tokio::test]
    async fn a_product_is_found_by_all_its_names() {
        let world = World::open().await;
        let id = world.product("A").await;
        let path = format!("/api/v1/products/{id}");
        let renamed = world.call(Method::PATCH, &path, json!({ "slug": "kemeja" })).await;
        assert_eq!(renamed.status, 200, "{}", renamed.snapshot());
        for name in [id.as_str(), "kemeja", "batik-shirt"] {
            let answer = world.get(&format!("/api/v1/products/{name}")).await;
            assert_eq!(
                (answer.text("/data/id"), answer.text("/data/slug")),
                (id.clone(), "kemeja".to_owned()),
                "{name}"
            );
        }
        for nothing in ["nobody", "Batik", "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "-"] {
            assert_eq!(world.get(&format!("/api/v1/products/{nothing}")).await.status, 404, "{nothing}");
        }
        let mut other = shirt("B");
        other["slug"] = json!("batik-shirt");
        let refused = world.post("/api/v1/products", other).await;
        assert_eq!(refused.text("/code"), "PRODUCT_SLUG_TAKEN", "a former name is nobody else's");
        let back = world.call(Method::PATCH, &path, json!({ "slug": "batik-shirt" })).await;
        assert_eq!(back.text("/data/slug"), "batik-shirt", "its own it may have again");
    }

    /// Ids of one millisecond are in no order.
    #[tokio::test]
    async fn variants_are_shown_as_they_were_made_whatever_their_ids() {
        let world = World::open().await;
        let text =
            serde_json::from_value(json!({ "title": "X", "options": [{ "name": "Size", "values": ["S", "M"] }] }));
        let new = NewProduct {
            id: "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            text: text.unwrap(),
            slug: "x".to_owned().try_into().unwrap(),
        };
        let variant = |end: &str, size: &str| NewVariant {
            id: format!("var_01JD2Z3M4N5P6Q7R8S9T0V1W2{end}").parse().unwrap(),
            sku: size.to_owned().try_into().unwrap(),
            option_values: vec![size.to_owned().try_into().unwrap()],
            barcode: None,
            weight_grams: None,
            dimensions: None,
            prices: Vec::new(),
            price_lists: Vec::new(),
        };
        let table = world.stack.ctx().table();
        let article =
            WholeProduct::new(new, vec![variant("Z", "M"), variant("A", "S")], world.stack.ctx().now()).unwrap();
        let mut transaction = Transaction::new();
        Products::new(table, world.owner.scope).insert(&mut transaction, &article).unwrap();
        table.transact(transaction).await.unwrap();
        let shown = world.get("/api/v1/products/x").await;
        assert_eq!([shown.text("/data/variants/0/sku"), shown.text("/data/variants/1/sku")], ["M", "S"]);
    }

    #[tokio::test]
    async fn visitors_see_what_is_on_sale_and_nothing_of_groups() {
        let world = World::open().await;
        let mut body = shirt("A");
        let list = |group: Option<&str>, amount: i64| json!({ "key": "l", "group": group, "minQuantity": 5, "price": { "amount": amount, "currency": "IDR" } });
        body["variants"][0]["priceLists"] = json!([list(Some("b2b"), 90_000), list(None, 99_000)]);
        let made = world.post("/api/v1/products", body).await;
        let path = format!("/api/v1/products/{}", made.text("/data/id"));
        let visit = async || world.client.get(&*path).tenant("toko-a").send().await;
        let customer = async || world.client.get(&*path).bearer(&world.customer.token).send().await;
        assert_eq!((visit().await.status.as_u16(), customer().await.status.as_u16()), (404, 404), "a draft");
        world.publish(&made.text("/data/id"), json!({})).await;
        let seen = visit().await;
        assert_eq!(seen.at("/data/variants/0/priceLists").as_array().map(Vec::len), Some(1), "{}", seen.snapshot());
        assert_eq!(customer().await.at("/data"), seen.at("/data"));
        assert_eq!(world.get(&path).await.at("/data/variants/0/priceLists").as_array().map(Vec::len), Some(2));
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert_eq!(world.client.get(&*path).bearer(&stranger.token).send().await.status, 404);
        assert_eq!(world.client.get(&*path).tenant("toko-b").send().await.status, 404);
        let server = world.stack.api_key(&world.owner, &["products:read"]).await;
        let shop = world.client.get(&*path).bearer(&server).send().await;
        assert_eq!(shop.at("/data"), seen.at("/data"), "a shop's own server");
    }
}
