//! `POST /api/v1/products/{id}/publish`: a product is on sale from now on, or from an instant on.
//!
//! Nothing has to run at that instant: what is on sale is judged when it is read. Round trips: as `PUT`.

use axum::extract::State;
use kernel::{ProductId, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    ProductsWrite,
    products::{
        edit::{ProductEdit, Told},
        product_view::ProductView,
    },
};

/// When.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "publishAt": "2026-12-01T00:00:00.000Z" }))]
pub struct PublishProduct {
    /// From when on it is on sale; from now on when left out or over.
    pub publish_at: Option<Timestamp>,
}

/// Publish a product
///
/// It needs at least one variant, and a price of each. An archived product comes back. One that is on sale stays as it is; one that
/// is to be published gets the new instant.
#[utoipa::path(
    post, path = "/api/v1/products/{id}/publish",
    responses((status = 200, body = Envelope<ProductView>), (status = 409, description = "PRODUCT_NOT_SELLABLE"))
)]
pub async fn publish_product(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    edit: Edit,
    Id(id): Id<ProductId>,
    Json(body): Json<PublishProduct>,
) -> Result<Reply, Problem> {
    let change = ProductEdit { api: &api, caller: &caller, edit, told: Told::Published };
    change.make(id, |before, _, now| Ok(before.published(body.publish_at, now)?)).await
}
