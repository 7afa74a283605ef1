//! `POST /api/v1/reviews/{id}/reject`: a review is not shown.
//!
//! Round trips: as `POST /api/v1/reviews/{id}/approve`.

use axum::extract::State;
use events::review::ReviewRejected;
use kernel::ProductReviewId;
use reviews::{ProductReview, RefusalReason, ShopWords};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    REVIEW_REJECTED, ReviewsModerate,
    moderation::decide::Deciding,
    reviews::{review_view::ProductReviewView, tell::word},
};

/// Why a review is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "off_topic", "note": "It is about the courier." }))]
pub struct RejectReview {
    /// Why; its author sees it.
    pub reason: RefusalReason,
    /// What staff is to know of it; its author does not see it.
    pub note: Option<ShopWords>,
}

/// Reject a review
///
/// One that waits, that was reported, or that is shown. Its author gets a message, sees why, and may write it anew; what is written
/// then waits for a person. Who rejected one by mistake approves it.
#[utoipa::path(
    post, path = "/api/v1/reviews/{id}/reject",
    responses(
        (status = 200, body = Envelope<ProductReviewView>),
        (status = 409, description = "CONFLICT; REVIEW_WRONG_MOVE, with what is `allowed`")
    )
)]
pub async fn reject_product_review(
    State(api): State<Api>,
    caller: Caller<ReviewsModerate>,
    edit: Edit,
    Id(id): Id<ProductReviewId>,
    Json(body): Json<RejectReview>,
) -> Result<Reply, Problem> {
    let deciding = Deciding { api: &api, caller: &caller, edit: &edit, action: REVIEW_REJECTED };
    let reason = word(&body.reason);
    let decision = deciding.refusal(body.reason, body.note);
    let change = |before: &ProductReview| before.decided(decision.clone(), api.now());
    deciding.make(id, change, |_, after| ReviewRejected { review: after.told(), reason: reason.clone() }).await
}
