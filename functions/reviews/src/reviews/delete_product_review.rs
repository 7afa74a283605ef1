//! `DELETE /api/v1/reviews/{id}`: a review goes.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the review, up to one of whom the caller acts for, one of the product's sums, one of the settings for an
//! author, one transaction; from the review on again for every race that is lost.

use axum::extract::State;
use events::review::ReviewDeleted;
use identity::Reach;
use kernel::ProductReviewId;
use reviews::{ProductReview, ProductReviewDecision, ProductReviewStatus, ProductReviews, ReviewActor, ReviewSettings};
use serde::Serialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Needs, Problem, Reply};

use crate::{REVIEW_DELETED, ReviewsModerate, ReviewsWrite, reviews::tell::refused};

/// A review that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewRemoved {
    pub id: ProductReviewId,
    /// Always true.
    #[schema(example = true)]
    pub deleted: bool,
}

/// Delete a review
///
/// It is shown no more, and counts no more. One that its author deletes is forgotten with all that it says, and the same can be
/// reviewed again, unless it was refused or reported, or could be changed no more; one that staff deletes stays for staff to read,
/// and in its author's way. Staff needs `reviews:moderate`.
#[utoipa::path(
    delete, path = "/api/v1/reviews/{id}",
    responses((status = 200, body = Envelope<ReviewRemoved>), (status = 409, description = "CONFLICT"))
)]
pub async fn delete_product_review(
    State(api): State<Api>,
    caller: Caller<ReviewsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<ProductReviewId>,
) -> Result<Reply, Problem> {
    let reviews = ProductReviews::new(api.table(), caller.scope);
    let moderates = caller.grants.reach(ReviewsModerate::PERMISSION) == Some(Reach::Tenant);
    let outcome = until_settled(Problem::conflict, || async {
        let found = reviews.get(id).await?.ok_or_else(Problem::not_found)?;
        let before = caller.open(&api, found).await?;
        if caller.reach == Reach::Tenant && !moderates {
            return Err(caller.lacks(ReviewsModerate::PERMISSION));
        }
        if before.status == ProductReviewStatus::Deleted && !moderates {
            return Err(Problem::not_found());
        }
        if_match.check(before.version)?;
        let mut transaction = Transaction::new();
        let gone = if moderates { by_staff(&api, &caller, &before)? } else { by_author(&api, &before) };
        if let Some(after) = gone {
            let rating = reviews.rating(after.product_id).await?;
            reviews.save(&mut transaction, (&before, &after), &rating)?;
            if moderates {
                let entry = caller.entry(&api, &info, REVIEW_DELETED).about(id);
                entry.insert(&mut transaction, caller.scope)?;
            } else {
                let settings = ReviewSettings::read(api.table(), caller.scope).await?;
                if before.may_be_written_again(&settings, api.now()) {
                    reviews.release(&mut transaction, &before);
                }
            }
            let told = ReviewDeleted { review: after.told() };
            api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
        }
        let reply = Reply::ok(&ReviewRemoved { id, deleted: true })?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

fn by_author(api: &Api, before: &ProductReview) -> Option<ProductReview> {
    before.forgotten(ReviewActor::Author, api.now())
}

fn by_staff(
    api: &Api,
    caller: &Caller<ReviewsWrite>,
    before: &ProductReview,
) -> Result<Option<ProductReview>, Problem> {
    let by = ReviewActor::Staff { user: caller.user };
    let decision = ProductReviewDecision { to: ProductReviewStatus::Deleted, by, reason: None, note: None };
    before.decided(decision, api.now()).map_err(refused)
}
