//! `DELETE /api/v1/categories/{id}`: an empty category goes.
//!
//! Round trips: as `POST /api/v1/categories`.

use axum::extract::State;
use catalogue::{CatalogueError, Categories};
use kernel::CategoryId;
use serde::Serialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{CATEGORY_DELETED, ProductsWrite};

/// A category that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryDeleted {
    pub id: CategoryId,
    /// Always true.
    #[schema(example = true)]
    pub deleted: bool,
}

/// Delete a category
///
/// One with others below it, or with products in it, on sale or not, stays.
#[utoipa::path(
    delete, path = "/api/v1/categories/{id}",
    responses((status = 200, body = Envelope<CategoryDeleted>), (status = 409, description = "CATEGORY_NOT_EMPTY"))
)]
pub async fn delete_category(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<CategoryId>,
) -> Result<Reply, Problem> {
    let categories = Categories::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let before = categories.tree().await?;
        let category = before.get(id).ok_or_else(Problem::not_found)?;
        if_match.check(category.version)?;
        let tree = before.without(id)?;
        let mut transaction = Transaction::new();
        let empty = categories.delete(&mut transaction, category);
        categories.save_tree(&mut transaction, &tree)?;
        let entry = caller.entry(&api, &info, CATEGORY_DELETED).about(id);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&CategoryDeleted { id, deleted: true })?;
        match key.try_commit(&api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            // There is a count, with products.
            Err(cancelled) if cancelled.failed(empty).is_some_and(|count| count.current.is_some()) => {
                Err(CatalogueError::CategoryNotEmpty.into())
            }
            Err(_) => Ok(Race::Lost),
        }
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use futures::join;
    use http::Method;
    use serde_json::json;

    use crate::world::{World, shirt};

    #[tokio::test]
    async fn a_category_goes_when_nothing_is_in_it() {
        let world = World::open().await;
        let top = world.category("Top", None).await;
        let below = world.category("Below", Some(&top)).await;
        let mut body = shirt("A");
        body["categoryIds"] = json!([below]);
        let product = world.post("/api/v1/products", body).await.text("/data/id");
        let delete = async |id: &str| world.call(Method::DELETE, &format!("/api/v1/categories/{id}"), json!({})).await;
        assert_eq!(delete(&top).await.text("/code"), "CATEGORY_NOT_EMPTY");
        assert_eq!(delete(&below).await.text("/code"), "CATEGORY_NOT_EMPTY", "a draft counts");
        world.call(Method::DELETE, &format!("/api/v1/products/{product}"), json!({})).await;
        assert_eq!(delete(&below).await.at("/data"), json!({ "id": below, "deleted": true }));
        assert_eq!(delete(&below).await.status, 404);
        assert_eq!(delete(&top).await.status, 200);
    }

    #[tokio::test]
    async fn nothing_is_put_into_a_category_that_goes() {
        let world = World::open().await;
        let category = world.category("Top", None).await;
        let mut body = shirt("A");
        body["categoryIds"] = json!([category]);
        let path = format!("/api/v1/categories/{category}");
        let (gone, made) = join!(world.call(Method::DELETE, &path, json!({})), world.post("/api/v1/products", body));
        assert_eq!(
            u8::from(gone.status == 200) + u8::from(made.status == 201),
            1,
            "{} {}",
            gone.snapshot(),
            made.snapshot()
        );
    }
}
