//! `POST /api/v1/reviews/{id}/reply`: the shop answers a review.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the review, one transaction; from the review on again for every race that is lost.

use axum::extract::State;
use events::review::ReviewReplied;
use kernel::ProductReviewId;
use reviews::{ProductReview, ShopWords};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{REVIEW_REPLIED, ReviewsModerate, moderation::decide::Deciding, reviews::review_view::ProductReviewView};

/// What the shop answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "body": "Thank you. We have told the workshop." }))]
pub struct SetReviewReply {
    pub body: ShopWords,
}

/// Set the reply to a review
///
/// There is one; another one takes its place. It is shown with the review, as `isOutdated` once the author has written that anew.
/// The author gets a message about the first.
#[utoipa::path(
    post, path = "/api/v1/reviews/{id}/reply",
    responses(
        (status = 200, body = Envelope<ProductReviewView>),
        (status = 409, description = "CONFLICT; REVIEW_WRONG_MOVE: it is deleted")
    )
)]
pub async fn set_product_review_reply(
    State(api): State<Api>,
    caller: Caller<ReviewsModerate>,
    edit: Edit,
    Id(id): Id<ProductReviewId>,
    Json(body): Json<SetReviewReply>,
) -> Result<Reply, Problem> {
    let deciding = Deciding { api: &api, caller: &caller, edit: &edit, action: REVIEW_REPLIED };
    let change = |before: &ProductReview| before.replied(body.body.clone(), api.now());
    let told = |before: &ProductReview, after: &ProductReview| ReviewReplied {
        review: after.told(),
        changed: before.reply.is_some(),
    };
    deciding.make(id, change, told).await
}
