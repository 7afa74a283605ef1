//! `DELETE /api/v1/products/{id}`: a draft goes; what was on sale is archived.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one query of the product, one transaction; the last two again for every race that is lost.

use axum::extract::State;
use catalogue::{Products, Removal};
use events::product::ProductDeleted;
use kernel::ProductId;
use serde::Serialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    PRODUCT_DELETED, ProductsWrite,
    products::edit::{ProductEdit, Told},
};

/// What became of the product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductRemoved {
    pub id: ProductId,
    /// Whether it is gone; otherwise it is archived.
    #[schema(example = true)]
    pub deleted: bool,
}

/// Delete a product
///
/// One that was never on sale is gone, and its names are free again. One that was is archived, for orders may name it; so is a draft
/// of more than 30 variants: delete variants first.
#[utoipa::path(
    delete, path = "/api/v1/products/{id}",
    responses((status = 200, body = Envelope<ProductRemoved>), (status = 409, description = "CONFLICT"))
)]
pub async fn delete_product(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    edit: Edit,
    Id(id): Id<ProductId>,
) -> Result<Reply, Problem> {
    let products = Products::new(api.table(), caller.scope);
    let change = ProductEdit { api: &api, caller: &caller, edit, told: Told::Archived };
    let edit = &change.edit;
    let outcome = until_settled(Problem::conflict, || async {
        let before = products.get(id).await?.ok_or_else(Problem::not_found)?;
        edit.if_match.check(before.product.version)?;
        let now = api.now();
        let mut transaction = Transaction::new();
        let removal = before.removal(now);
        match &removal {
            Removal::Deleted => {
                products.delete(&mut transaction, &before)?;
                let slug = before.product.slug.to_string();
                let (told, version) = (ProductDeleted { product_id: id, slug }, before.product.version + 1);
                api.insert_event(&mut transaction, caller.tenant(), &edit.info, version, &told)?;
                let entry = caller.entry(&api, &edit.info, PRODUCT_DELETED).about(id);
                entry.insert(&mut transaction, caller.scope)?;
            }
            Removal::Archived(after) => {
                products.save(&mut transaction, &before, after, now)?;
                change.tell(&mut transaction, after, now)?;
            }
            Removal::Kept => {}
        }
        let reply = Reply::ok(&ProductRemoved { id, deleted: removal == Removal::Deleted })?;
        Ok(edit.key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    edit.key.settle(&api, outcome).await
}
