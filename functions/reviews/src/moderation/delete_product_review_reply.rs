//! `DELETE /api/v1/reviews/{id}/reply`: the shop takes back what it answered.
//!
//! Round trips: as `POST /api/v1/reviews/{id}/reply`.

use axum::extract::State;
use events::review::ReviewReplyRemoved;
use kernel::ProductReviewId;
use reviews::ProductReview;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    REVIEW_REPLY_REMOVED, ReviewsModerate, moderation::decide::Deciding, reviews::review_view::ProductReviewView,
};

/// Delete the reply to a review
///
/// Nobody is told, and the shop may answer anew. Where there is none, nothing changes.
#[utoipa::path(
    delete, path = "/api/v1/reviews/{id}/reply",
    responses((status = 200, body = Envelope<ProductReviewView>), (status = 409, description = "CONFLICT"))
)]
pub async fn delete_product_review_reply(
    State(api): State<Api>,
    caller: Caller<ReviewsModerate>,
    edit: Edit,
    Id(id): Id<ProductReviewId>,
) -> Result<Reply, Problem> {
    let deciding = Deciding { api: &api, caller: &caller, edit: &edit, action: REVIEW_REPLY_REMOVED };
    let change = |before: &ProductReview| Ok(before.without_reply(api.now()));
    deciding.make(id, change, |_, after| ReviewReplyRemoved { review: after.told() }).await
}
