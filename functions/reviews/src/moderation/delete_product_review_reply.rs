//! `DELETE /api/v1/reviews/{id}/reply`: the shop takes back what it answered.
//!
//! Round trips: as `POST /api/v1/reviews/{id}/reply`.

use axum::extract::State;
use events::review::ReviewReplyRemoved;
use kernel::ProductReviewId;
use reviews::{ProductRating, ProductReviews};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    REVIEW_REPLY_REMOVED, ReviewsModerate,
    reviews::review_view::{ProductReviewView, Sight},
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
    Edit { info, key, if_match }: Edit,
    Id(id): Id<ProductReviewId>,
) -> Result<Reply, Problem> {
    let reviews = ProductReviews::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let found = reviews.get(id).await?.ok_or_else(Problem::not_found)?;
        let before = found.trusted("staff answers all reviews");
        if_match.check(before.version)?;
        let mut transaction = Transaction::new();
        let shown = match before.without_reply(api.now()) {
            None => before,
            Some(after) => {
                let unmoved = ProductRating::none(after.product_id);
                reviews.save(&mut transaction, (&before, &after), &unmoved)?;
                let told = ReviewReplyRemoved { review: after.told() };
                api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
                let entry = caller.entry(&api, &info, REVIEW_REPLY_REMOVED).about(id);
                entry.insert(&mut transaction, caller.scope)?;
                after
            }
        };
        let reply = Reply::ok(&ProductReviewView::of(&shown, Sight::Staff))?.version(shown.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
