//! `PATCH /api/v1/categories/{id}`: another name or slug, or another place; what stands below moves too.
//!
//! Round trips: as `POST /api/v1/categories`.

use axum::extract::State;
use catalogue::{CatalogueSlug, Categories, NewCategory, ProductTitle};
use kernel::{CategoryId, Field};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    CATEGORY_UPDATED, ProductsWrite,
    categories::{category_view::CategoryView, create_category::refused},
};

/// What changes; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "Shirts and blouses" }))]
pub struct UpdateCategory {
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = ProductTitle, required = false)]
    pub name: Option<ProductTitle>,
    /// Another part of the path. The one before leads nowhere.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = CatalogueSlug, required = false)]
    pub slug: Option<CatalogueSlug>,
    /// The category above it from now on; null for the top.
    #[serde(default)]
    pub parent_id: Field<CategoryId>,
}

/// Update a category
///
/// With another one above it, it moves with all that stands below it and with its products.
#[utoipa::path(
    patch, path = "/api/v1/categories/{id}",
    responses(
        (status = 200, body = Envelope<CategoryView>),
        (status = 409, description = "CATEGORY_SLUG_TAKEN, CATEGORY_CYCLE, CATEGORY_TOO_DEEP"),
        (status = 422, description = "UNKNOWN_CATEGORY")
    )
)]
pub async fn update_category(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<CategoryId>,
    Json(body): Json<UpdateCategory>,
) -> Result<Reply, Problem> {
    let categories = Categories::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let before = categories.tree().await?;
        let category = before.get(id).ok_or_else(Problem::not_found)?;
        if_match.check(category.version)?;
        let body = body.clone();
        let changed = category.rewritten(NewCategory {
            name: body.name.unwrap_or_else(|| category.name.clone()),
            slug: body.slug.unwrap_or_else(|| category.slug.clone()),
            parent_id: body.parent_id.apply(category.parent_id),
        });
        let tree = before.with_changed(changed.clone()).map_err(refused)?;
        let mut transaction = Transaction::new();
        categories.save(&mut transaction, &changed)?;
        categories.save_tree(&mut transaction, &tree)?;
        let entry = caller.entry(&api, &info, CATEGORY_UPDATED).about(id);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&CategoryView::of(&changed, &tree))?.version(changed.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use futures::join;
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn what_stands_below_moves_too() {
        let world = World::open().await;
        let (one, two) = (world.category("One", None).await, world.category("Two", None).await);
        let below = world.category("Below", Some(&one)).await;
        let patch = async |id: &str, body| world.call(Method::PATCH, &format!("/api/v1/categories/{id}"), body).await;
        let moved = patch(&one, json!({ "parentId": two, "name": "Uno" })).await;
        assert_eq!(
            (moved.text("/data/path"), moved.header("etag")),
            ("two/one".to_owned(), "\"2\""),
            "{}",
            moved.snapshot()
        );
        let tree = world.get("/api/v1/categories").await;
        assert_eq!((tree.text("/data/2/path"), tree.text("/data/2/id")), ("two/one/below".to_owned(), below.clone()));
        assert_eq!(patch(&two, json!({ "parentId": below })).await.text("/code"), "CATEGORY_CYCLE");
        assert_eq!(
            patch(&below, json!({ "parentId": null, "slug": "two" })).await.text("/code"),
            "CATEGORY_SLUG_TAKEN"
        );
        assert_eq!(patch(&below, json!({ "parentId": null })).await.text("/data/path"), "below");
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let path = format!("/api/v1/categories/{below}");
        let theirs =
            world.client.call(Method::PATCH, path).json(json!({ "name": "X" })).bearer(&stranger.token).send().await;
        assert_eq!(theirs.status, 404);
    }

    #[tokio::test]
    async fn two_moves_at_once_make_no_circle() {
        let world = World::open().await;
        let (one, two) = (world.category("One", None).await, world.category("Two", None).await);
        let move_below = async |id: &str, parent: &str| {
            world.call(Method::PATCH, &format!("/api/v1/categories/{id}"), json!({ "parentId": parent })).await
        };
        let (first, second) = join!(move_below(&one, &two), move_below(&two, &one));
        let mut codes = [first.text("/code"), second.text("/code")];
        codes.sort();
        assert_eq!(codes, ["", "CATEGORY_CYCLE"]);
    }
}
