//! `POST /api/v1/categories`: one more category.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one query of the tree, one transaction; the last two again for every race that is lost.

use axum::extract::State;
use catalogue::{CatalogueError, CatalogueSlug, Categories, Category, NewCategory, ProductTitle};
use kernel::CategoryId;
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{CATEGORY_CREATED, ProductsWrite, categories::category_view::CategoryView};

/// A new category.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "Shirts", "slug": "shirts" }))]
pub struct CreateCategory {
    pub name: ProductTitle,
    /// Its part of the path; made of the name when left out.
    pub slug: Option<CatalogueSlug>,
    /// The category above it; it is at the top when left out.
    pub parent_id: Option<CategoryId>,
}

/// Create a category
///
/// Categories are a tree of up to six levels and 500 categories. Those below the same one have different slugs.
#[utoipa::path(
    post, path = "/api/v1/categories",
    responses(
        (status = 201, body = Envelope<CategoryView>),
        (status = 409, description = "CATEGORY_SLUG_TAKEN, CATEGORY_TOO_DEEP, CATEGORY_LIMIT"),
        (status = 422, description = "UNKNOWN_CATEGORY")
    )
)]
pub async fn create_category(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateCategory>,
) -> Result<Reply, Problem> {
    let slug = body.slug.or_else(|| CatalogueSlug::from_title(&body.name)).ok_or_else(nameless)?;
    let new = NewCategory { name: body.name, slug, parent_id: body.parent_id };
    let category = Category::new(CategoryId::new(api.new_ulid()), new, api.now());
    let categories = Categories::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let tree = categories.tree().await?.with(category.clone()).map_err(refused)?;
        let mut transaction = Transaction::new();
        categories.insert(&mut transaction, &category)?;
        categories.save_tree(&mut transaction, &tree)?;
        let entry = caller.entry(&api, &info, CATEGORY_CREATED).about(category.id);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&CategoryView::of(&category, &tree))?.version(category.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

fn nameless() -> Problem {
    Problem::invalid("/slug", "REQUIRED", "no slug can be made of this name: give one")
}

/// The refusal; of a category above it that is not there, with its place in the body.
pub(crate) fn refused(error: CatalogueError) -> Problem {
    let place = matches!(error, CatalogueError::UnknownCategory(_)).then_some("/parentId");
    let detail = error.to_string();
    place.map_or_else(|| error.into(), |place| Problem::invalid(place, "UNKNOWN_CATEGORY", detail))
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn categories_are_a_tree() {
        let world = World::open().await;
        let top = world.category("Clothing", None).await;
        let made = world.post("/api/v1/categories", json!({ "name": "Kemeja & Kaos", "parentId": top })).await;
        assert_eq!((made.text("/data/path"), made.header("etag")), ("clothing/kemeja-kaos".to_owned(), "\"1\""));
        for (body, status, what) in [
            (json!({ "name": "Clothing" }), 409, "CATEGORY_SLUG_TAKEN"),
            (json!({ "name": "X", "parentId": "cat_01JD2Z3M4N5P6Q7R8S9T0V1W2X" }), 422, "VALIDATION_FAILED"),
            (json!({ "name": "東京" }), 422, "VALIDATION_FAILED"),
            (json!({ "name": "" }), 422, "VALIDATION_FAILED"),
        ] {
            let answer = world.post("/api/v1/categories", body.clone()).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, what), "{body}");
        }
        let tree = world.client.get("/api/v1/categories").tenant("toko-a").send().await;
        let paths: Vec<_> = tree.at("/data").as_array().unwrap().iter().map(|one| one["path"].clone()).collect();
        assert_eq!(paths, ["clothing", "clothing/kemeja-kaos"]);
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let body = json!({ "name": "X", "parentId": top });
        let theirs =
            world.client.post("/api/v1/categories", body).bearer(&stranger.token).idempotency_key("x").send().await;
        assert_eq!(theirs.text("/errors/0/pointer"), "/parentId", "another organisation's category is none");
    }

    #[tokio::test]
    async fn of_two_of_a_name_at_once_there_is_one() {
        let world = World::open().await;
        let answers = join_all((0..3).map(|_| world.post("/api/v1/categories", json!({ "name": "Books" })))).await;
        let count = |code: &str| answers.iter().filter(|answer| answer.text("/code") == code).count();
        assert_eq!((count(""), count("CATEGORY_SLUG_TAKEN")), (1, 2));
    }
}
