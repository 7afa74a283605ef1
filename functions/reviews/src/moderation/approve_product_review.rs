//! `POST /api/v1/reviews/{id}/approve`: a review is shown, and counts.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the review, one of the product's sums, one transaction; from the review on again for every race that is
//! lost.

use axum::extract::State;
use events::review::ReviewApproved;
use kernel::ProductReviewId;
use reviews::ProductReview;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{REVIEW_APPROVED, ReviewsModerate, moderation::decide::Deciding, reviews::review_view::ProductReviewView};

/// Approve a review
///
/// One that waits, that was rejected, or that was reported: those who reported it were heard then, and count no more. Its author
/// gets a message. Twice is as once.
#[utoipa::path(
    post, path = "/api/v1/reviews/{id}/approve",
    responses(
        (status = 200, body = Envelope<ProductReviewView>),
        (status = 409, description = "CONFLICT; REVIEW_WRONG_MOVE, with what is `allowed`")
    )
)]
pub async fn approve_product_review(
    State(api): State<Api>,
    caller: Caller<ReviewsModerate>,
    edit: Edit,
    Id(id): Id<ProductReviewId>,
) -> Result<Reply, Problem> {
    let deciding = Deciding { api: &api, caller: &caller, edit: &edit, action: REVIEW_APPROVED };
    let decision = deciding.approval();
    let change = |before: &ProductReview| before.decided(decision.clone(), api.now());
    deciding.make(id, change, |_, after| ReviewApproved { review: after.told(), automatic: false }).await
}

#[cfg(test)]
#[path = "moderation_tests.rs"]
mod tests;
