//! `GET /api/v1/reviews/{id}`: one review.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read, and one
//! of whom the caller acts for where it is not known to be theirs.

use axum::extract::State;
use http::StatusCode;
use identity::{Grants, Reach};
use kernel::{Owned, ProductReviewId};
use reviews::{ProductReview, ProductReviewStatus, ProductReviews};
use web::{Api, Caller, Envelope, Id, Needs, PerhapsCaller, Problem, Reply};

use crate::{
    ReviewsModerate, ReviewsRead,
    reviews::review_view::{ProductReviewView, Sight},
};

/// Get a review
///
/// One that is shown, for everybody; without a token, of the tenant that `X-Tenant-ID` names. Its author sees it however it stands
/// until it is deleted, and staff with `reviews:moderate` sees all of it.
#[utoipa::path(get, path = "/api/v1/reviews/{id}", responses((status = 200, body = Envelope<ProductReviewView>)))]
pub async fn get_product_review(
    State(api): State<Api>,
    caller: PerhapsCaller<ReviewsRead>,
    Id(id): Id<ProductReviewId>,
) -> Result<Reply, Problem> {
    let found = ProductReviews::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let (review, sight) = if moderates(&caller.grants) {
        (found.trusted("staff sees all reviews"), Sight::Staff)
    } else if let Some(review) = own(&api, caller.caller.as_ref(), &found).await? {
        (review, Sight::Own)
    } else {
        (found.trusted("what is shown is for everybody"), Sight::Shown)
    };
    let is_seen = match sight {
        Sight::Staff => true,
        Sight::Own => review.status != ProductReviewStatus::Deleted,
        Sight::Shown => review.status == ProductReviewStatus::Approved,
    };
    if !is_seen {
        return Err(Problem::not_found());
    }
    Ok(Reply::ok(&ProductReviewView::of(&review, sight))?.version(review.version))
}

/// Whether somebody sees and decides about all reviews.
pub(crate) fn moderates(grants: &Grants) -> bool {
    grants.reach(ReviewsModerate::PERMISSION) == Some(Reach::Tenant)
}

/// The review, where it is the caller's own. Up to one read.
async fn own(
    api: &Api,
    caller: Option<&Caller<ReviewsRead>>,
    found: &Owned<ProductReview>,
) -> Result<Option<ProductReview>, Problem> {
    let Some(caller) = caller.filter(|caller| caller.reach == Reach::Own) else { return Ok(None) };
    match caller.open(api, found.clone()).await {
        Ok(review) => Ok(Some(review)),
        Err(refusal) if refusal.status() == StatusCode::NOT_FOUND => Ok(None),
        Err(failure) => Err(failure),
    }
}
