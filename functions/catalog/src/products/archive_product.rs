//! `POST /api/v1/products/{id}/archive`: a product is sold no more.
//!
//! Round trips: as `PUT`.

use axum::extract::State;
use kernel::ProductId;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    ProductsWrite,
    products::{
        edit::{ProductEdit, Told},
        product_view::ProductView,
    },
};

/// Archive a product
///
/// It is kept with its names, and can be published again. Twice is as once.
#[utoipa::path(
    post, path = "/api/v1/products/{id}/archive", responses((status = 200, body = Envelope<ProductView>))
)]
pub async fn archive_product(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    edit: Edit,
    Id(id): Id<ProductId>,
) -> Result<Reply, Problem> {
    let change = ProductEdit { api: &api, caller: &caller, edit, told: Told::Archived };
    change.make(id, |before, _, now| Ok(before.archived(now))).await
}
