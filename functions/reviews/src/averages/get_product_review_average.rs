//! `GET /api/v1/reviews/average/{productId}`: what the reviews of a product come to.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one query of the
//! product beside one read.

use axum::extract::State;
use catalogue::Products;
use kernel::ProductId;
use reviews::ProductReviews;
use web::{Api, Envelope, Id, PerhapsCaller, Problem, Reply};

use crate::{ReviewsRead, averages::average_view::ReviewAverage};

/// Get the average of a product's reviews
///
/// Of those that are shown. Without a token, of the tenant that `X-Tenant-ID` names. What was never on sale has none.
#[utoipa::path(
    get, path = "/api/v1/reviews/average/{productId}", responses((status = 200, body = Envelope<ReviewAverage>))
)]
pub async fn get_product_review_average(
    State(api): State<Api>,
    caller: PerhapsCaller<ReviewsRead>,
    Id(product): Id<ProductId>,
) -> Result<Reply, Problem> {
    let (products, reviews) =
        (Products::new(api.table(), caller.scope), ProductReviews::new(api.table(), caller.scope));
    let (found, rating) = tokio::try_join!(products.get(product), reviews.rating(product))?;
    found.filter(|article| article.product.was_on_sale(api.now())).ok_or_else(Problem::not_found)?;
    Reply::ok(&ReviewAverage::from(&rating))
}
