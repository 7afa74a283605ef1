//! `GET /api/v1/reviews/average`: products by what is said of them.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one query.

use axum::extract::State;
use reviews::ProductReviews;
use web::{Api, PageOf, Pager, PerhapsCaller, Problem, Reply};

use crate::{ReviewsRead, averages::average_view::ReviewAverage};

/// List products by their reviews
///
/// Those of the highest rank first; only those that were reviewed. The list may lag by a moment.
#[utoipa::path(get, path = "/api/v1/reviews/average", responses((status = 200, body = PageOf<ReviewAverage>)))]
pub async fn list_product_review_averages(
    State(api): State<Api>,
    caller: PerhapsCaller<ReviewsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let page = ProductReviews::new(api.table(), caller.scope).rated(&pager.request()).await?;
    Reply::page(page.items.iter().map(ReviewAverage::from).collect(), pager.info(&api, page.last)?)
}
