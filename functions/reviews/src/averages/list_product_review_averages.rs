//! `GET /api/v1/reviews/average`: products by what is said of them.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one query, one
//! batch of reads of the products.

use axum::extract::State;
use catalogue::Products;
use kernel::ProductId;
use reviews::ProductReviews;
use web::{Api, PageOf, Pager, PerhapsCaller, Problem, Reply};

use crate::{ReviewsRead, averages::average_view::ReviewAverage};

/// List products by their reviews
///
/// Those of the highest rank first; only those that were reviewed and are on sale now, so that a page may have fewer than `limit`.
/// The list may lag by a moment.
#[utoipa::path(get, path = "/api/v1/reviews/average", responses((status = 200, body = PageOf<ReviewAverage>)))]
pub async fn list_product_review_averages(
    State(api): State<Api>,
    caller: PerhapsCaller<ReviewsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let mut page = ProductReviews::new(api.table(), caller.scope).rated(&pager.request()).await?;
    let named: Vec<ProductId> = page.items.iter().map(|rating| rating.product_id).collect();
    let mut products = Products::new(api.table(), caller.scope).get_many(&named).await?;
    products.retain(|product| product.is_on_sale(api.now()));
    page.items.retain(|rating| products.iter().any(|product| product.id == rating.product_id));
    Reply::page(page.items.iter().map(ReviewAverage::from).collect(), pager.info(&api, page.last)?)
}
