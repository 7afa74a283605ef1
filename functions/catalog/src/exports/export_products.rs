//! `GET /api/v1/products/export`: the whole catalogue as CSV.
//!
//! Round trips: two rate-limit writes beside one read of the caller's standing (none when known), one query of the list of
//! products beside one of the categories, one query for each product, 16 at a time.

use axum::extract::State;
use catalogue::{Categories, Products, written};
use futures::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use table::TableError;
use web::{Api, Caller, Csv, Limit, Problem, Reply};

use crate::ProductsWrite;

/// How many products are exported in one answer.
const MOST_PRODUCTS: usize = 1_000;
/// How long the answer is at most, in bytes: with its quotes escaped it fits the 6 MB that a function answers with.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How many products are read at once.
const AT_ONCE: usize = 16;

/// Export products
///
/// All products, whatever their status, as a CSV file that `POST /products/import` takes: into the same organisation, where it
/// changes nothing, or into another one, where it makes the same products. What is told of a product stands in the first of its
/// rows, which are in the order of the slugs. Former slugs, price histories and when a product was published are left out. Up to
/// 1000 products and 4 MiB, more by `POST /products/exports`; a tenant has six such files a minute, together with its reports.
#[utoipa::path(
    get, path = "/api/v1/products/export",
    responses(
        (status = 200, content((Csv = "text/csv"))),
        (status = 409, description = "EXPORT_TOO_LARGE: there are more products than one file holds")
    )
)]
pub async fn export_products(State(api): State<Api>, caller: Caller<ProductsWrite>) -> Result<Reply, Problem> {
    caller.limit_tenant(&api, Limit::REPORTS).await?;
    let products = Products::new(api.table(), caller.scope);
    let categories = Categories::new(api.table(), caller.scope);
    let (ids, tree) = tokio::try_join!(products.ids(MOST_PRODUCTS), categories.tree())?;
    if ids.len() > MOST_PRODUCTS {
        return Err(too_large());
    }
    let read = stream::iter(ids).map(|id| async move { products.get(id).await }).buffered(AT_ONCE);
    // One that was deleted in between is in no file.
    let all: Vec<_> = read.try_filter_map(async |found| Ok::<_, TableError>(found)).try_collect().await?;
    let text = written(&all, &tree, api.now()).map_err(|error| TableError::Corrupt(error.to_string()))?;
    if text.len() > MOST_BYTES {
        return Err(too_large());
    }
    Ok(Reply::csv(Csv::from_text(text)))
}

fn too_large() -> Problem {
    let detail = format!(
        "one file holds {MOST_PRODUCTS} products and {MOST_BYTES} bytes, and there are more: ask for it by POST /products/exports"
    );
    Problem::new(StatusCode::CONFLICT, "EXPORT_TOO_LARGE", detail).for_good()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::{World, shirt};

    #[tokio::test]
    async fn a_catalogue_is_one_file_for_who_writes_products() {
        let world = World::open().await;
        let category = world.category("Clothing", None).await;
        let below = world.category("Kemeja", Some(&category)).await;
        let mut body = shirt("B");
        body["title"] = json!("=HYPERLINK(1)");
        body["slug"] = json!("b");
        body["categoryIds"] = json!([below]);
        body["description"] = json!("One, two.\nThree.");
        world.post("/api/v1/products", body).await;
        let mut other = shirt("A");
        other["variants"][0]["prices"] = json!([{ "amount": 950, "currency": "USD" }]);
        other["slug"] = json!("a");
        let id = world.post("/api/v1/products", other).await.text("/data/id");
        world.publish(&id, json!({})).await;
        let answer = world.get("/api/v1/products/export").await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert_eq!(
            String::from_utf8(answer.body).unwrap(),
            "slug,title,description,status,publish_at,categories,attributes,images,option1_name,option1_values,option2_name,\
             option2_values,option3_name,option3_values,sku,option1_value,option2_value,option3_value,barcode,weight_grams,\
             length_mm,width_mm,height_mm,price_IDR,price_USD,price_lists\r\n\
             a,Batik shirt,,active,,,,,Size,S|M|L,,,,,A,S,,,,,,,,,9.50,\r\n\
             b,'=HYPERLINK(1),\"One, two.\nThree.\",draft,,clothing/kemeja,,,Size,S|M|L,,,,,B,S,,,,,,,,120000,,\r\n"
        );
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let theirs = world.client.get("/api/v1/products/export").bearer(&stranger.token).send().await;
        assert_eq!(String::from_utf8(theirs.body).unwrap().lines().count(), 1, "the columns alone");
        let customer = world.client.get("/api/v1/products/export").bearer(&world.customer.token).send().await;
        assert_eq!(customer.status, 403);
    }
}
